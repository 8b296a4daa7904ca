{{- /* Each line is explained in docs/operations.md, and needed: the tests take away one after the other. */ -}}
{{- define "scim-operator.operator.tenantRules" -}}
- apiGroups: [scim-operator.dev]
  resources: [scimtenants]
  verbs: [get, list, watch, patch]
- apiGroups: [scim-operator.dev]
  resources: [scimtenants/status]
  verbs: [patch]
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch{{ if .Values.tokenSecrets.create }}, patch{{ end }}]
  {{- with .Values.tokenSecrets.names }}
  resourceNames:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- if .Values.tokenSecrets.create }}
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
{{- end }}
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
- apiGroups: [""]
  resources: [namespaces]
  verbs: [get]
{{- end -}}

{{- define "scim-operator.operator.homeRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [scim-operator]
  verbs: [get, update]
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list]
{{- end -}}

{{- /* A ClusterRole reads and writes here, too. */ -}}
{{- define "scim-operator.operator.configRules" -}}
{{- $verbs := list "delete" -}}
{{- if or .Values.watchNamespaces (not .Values.tokenSecrets.create) -}}
{{- $verbs = concat (list "create" "patch") $verbs -}}
{{- end -}}
{{- if .Values.watchNamespaces -}}
{{- $verbs = concat (list "get" "list" "watch") $verbs -}}
{{- end -}}
- apiGroups: [""]
  resources: [secrets]
  verbs: [{{ join ", " $verbs }}]
{{- end -}}
