{{- define "scim-operator.image" -}}
{{- if .Values.image.digest -}}
{{- printf "%s@%s" .Values.image.repository .Values.image.digest -}}
{{- else -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}
{{- end -}}

{{- /* An entry of `env` from a Secret; without a name there is none. */ -}}
{{- define "scim-operator.envFromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret.name }}
      key: {{ .secret.key }}
{{- end -}}

{{- /* Helm merges values, so that the defaults of a rolling update stand beside another type. */ -}}
{{- define "scim-operator.strategy" -}}
{{- $strategy := . -}}
{{- if eq (.type | default "RollingUpdate") "Recreate" -}}
{{- $strategy = omit . "rollingUpdate" -}}
{{- end -}}
{{- toYaml $strategy -}}
{{- end -}}

{{- /*
What the pods of both programs have in common.
root: the chart's scope; values: operator or scimService; container: its name; program: file that is run; selectorLabels,
serviceAccountName, env, ports: text.
*/ -}}
{{- define "scim-operator.podTemplate" -}}
metadata:
  labels:
    {{- include "scim-operator.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .container }}
    {{- with .values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    kubectl.kubernetes.io/default-container: {{ .container }}
    {{- with .values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ .serviceAccountName }}
  automountServiceAccountToken: true
  # Variables that name every Service of the namespace are of no use here.
  enableServiceLinks: false
  {{- with .root.Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.podSecurityContext }}
  securityContext:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .values.terminationGracePeriodSeconds }}
  {{- with .values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with .values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- with .values.hostAliases }}
  hostAliases:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.dnsPolicy }}
  dnsPolicy: {{ . }}
  {{- end }}
  {{- with .values.dnsConfig }}
  dnsConfig:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.extraInitContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .container }}
      image: {{ include "scim-operator.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      args:
        {{- with .values.heapMiB }}
        - --max-old-space-size={{ . }}
        {{- end }}
        - {{ .program }}
      env:
        {{- .env | trim | nindent 8 }}
        - name: LOG_LEVEL
          value: {{ .values.logLevel | default .root.Values.logLevel }}
        - name: ADMIN_HOST
          value: {{ .root.Values.listenAddress | quote }}
        - name: ADMIN_PORT
          value: {{ .values.adminPort | quote }}
        - name: EXTERNAL_URL
          value: {{ .root.Values.externalUrl | quote }}
        - name: CONFIG_NAMESPACE
          value: {{ include "scim-operator.configNamespace" .root }}
        - name: POD_NAME
          valueFrom: { fieldRef: { fieldPath: metadata.name } }
        {{- with .root.Values.docsUrl }}
        - name: DOCS_URL
          value: {{ . | quote }}
        {{- end }}
        {{- with .values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .values.extraEnvFrom }}
      envFrom:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      ports:
        {{- with .ports }}
        {{- . | nindent 8 }}
        {{- end }}
        - { name: admin, containerPort: {{ .values.adminPort }}, protocol: TCP }
      {{- with .values.startupProbe }}
      startupProbe:
        httpGet: { path: /healthz, port: admin }
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.livenessProbe }}
      livenessProbe:
        httpGet: { path: /healthz, port: admin }
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.readinessProbe }}
      readinessProbe:
        httpGet: { path: /readyz, port: admin }
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.lifecycle }}
      lifecycle:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.resources }}
      resources:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.securityContext }}
      securityContext:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.extraVolumeMounts }}
      volumeMounts:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- with .values.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .values.extraVolumes }}
  volumes:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if .values.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- range .values.topologySpreadConstraints }}
    {{- $ours := dict "labelSelector" (dict "matchLabels" ($.selectorLabels | fromYaml)) }}
    - {{- mergeOverwrite $ours (deepCopy .) | toYaml | nindent 6 }}
    {{- end }}
  {{- end }}
{{- end -}}
