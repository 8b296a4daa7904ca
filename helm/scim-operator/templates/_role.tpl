{{- /*
A Role and its RoleBinding, or a ClusterRole and its ClusterRoleBinding when `namespace` is empty.
root, name, namespace, component, serviceAccountName, rules.
*/ -}}
{{- define "scim-operator.role" -}}
{{- $scope := ternary "Role" "ClusterRole" (ne .namespace "") -}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $scope }}
metadata:
  {{- include "scim-operator.role.metadata" . | nindent 2 }}
rules:
  {{- .rules | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $scope }}Binding
metadata:
  {{- include "scim-operator.role.metadata" . | nindent 2 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ $scope }}
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ .serviceAccountName }}
    namespace: {{ .root.Release.Namespace }}
{{ end -}}

{{- define "scim-operator.role.metadata" -}}
name: {{ .name }}
{{- with .namespace }}
namespace: {{ . }}
{{- end }}
labels:
  {{- include "scim-operator.labels" .root | nindent 2 }}
  app.kubernetes.io/component: {{ .component }}
{{- end -}}
