{{- define "scim-operator.service.env" -}}
{{ include "scim-operator.envFromSecret" (dict "name" "MONGODB_URI" "secret" .Values.mongodb.uriSecret) }}
- name: HOST
  value: {{ .Values.listenAddress | quote }}
- name: PORT
  value: {{ .Values.scimService.port | quote }}
{{- end -}}
