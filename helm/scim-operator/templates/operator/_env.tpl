{{- define "scim-operator.operator.env" -}}
- name: POD_NAMESPACE
  valueFrom: { fieldRef: { fieldPath: metadata.namespace } }
- name: SERVICE_NAME
  value: {{ include "scim-operator.service.reportsName" . }}
{{- with .Values.watchNamespaces }}
- name: WATCH_NAMESPACES
  value: {{ join "," . | quote }}
{{- end }}
{{- with .Values.tokenSecrets.names }}
- name: TOKEN_SECRETS
  value: {{ join "," . | quote }}
{{- end }}
- name: DELETION_TIMEOUT
  value: {{ .Values.operator.deletionTimeout | quote }}
{{- if .Values.mail.smtpUrlSecret.name }}
{{ include "scim-operator.envFromSecret" (dict "name" "SMTP_URL" "secret" .Values.mail.smtpUrlSecret) }}
{{- end }}
{{- with .Values.mail.from }}
- name: MAIL_FROM
  value: {{ . | quote }}
{{- end }}
{{- end -}}
