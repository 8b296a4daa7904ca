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
{{- with .Values.operator.platformEmails }}
- name: PLATFORM_EMAILS
  value: {{ join "," . | quote }}
{{- end }}
- name: BREAKER_DRY_RUN
  value: {{ .Values.operator.breakerDryRun | quote }}
{{- with .Values.operator.toolFieldManagers }}
- name: TOOL_FIELD_MANAGERS
  value: {{ join "," . | quote }}
{{- end }}
{{- if .Values.mail.smtpUrlSecret.name }}
{{ include "scim-operator.envFromSecret" (dict "name" "SMTP_URL" "secret" .Values.mail.smtpUrlSecret) }}
{{- end }}
{{- with .Values.mail.from }}
- name: MAIL_FROM
  value: {{ . | quote }}
{{- end }}
{{- end -}}
