{{- define "scim-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Name of the operator's objects: the release's, with the chart's behind it unless it is in there. */ -}}
{{- define "scim-operator.operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains (include "scim-operator.name" .) .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "scim-operator.name" .) | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* scim-service beside scim-operator, acme-scim-service beside acme-scim-operator. */ -}}
{{- define "scim-operator.service.fullname" -}}
{{- $operator := include "scim-operator.operator.fullname" . -}}
{{- if .Values.scimService.fullnameOverride -}}
{{- .Values.scimService.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if hasSuffix "scim-operator" $operator -}}
{{- printf "%s-service" (trimSuffix "-operator" $operator) -}}
{{- else -}}
{{- printf "%s-service" (trunc 44 $operator | trimSuffix "-") -}}
{{- end -}}
{{- end -}}

{{- /* Headless Service by whose EndpointSlices the operator finds the pods. */ -}}
{{- define "scim-operator.service.reportsName" -}}
{{- printf "%s-reports" (include "scim-operator.service.fullname" .) -}}
{{- end -}}

{{- define "scim-operator.operator.serviceAccountName" -}}
{{- default (ternary (include "scim-operator.operator.fullname" .) "default" .Values.operator.serviceAccount.create) .Values.operator.serviceAccount.name -}}
{{- end -}}

{{- define "scim-operator.service.serviceAccountName" -}}
{{- default (ternary (include "scim-operator.service.fullname" .) "default" .Values.scimService.serviceAccount.create) .Values.scimService.serviceAccount.name -}}
{{- end -}}

{{- define "scim-operator.configNamespace" -}}
{{- default (printf "%s-config" .Release.Namespace) .Values.configNamespace.name -}}
{{- end -}}

{{- define "scim-operator.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "scim-operator.labels" -}}
helm.sh/chart: {{ include "scim-operator.chart" . }}
app.kubernetes.io/name: {{ include "scim-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | trunc 63 | quote }}
app.kubernetes.io/part-of: {{ include "scim-operator.name" . }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "scim-operator.operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "scim-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: operator
{{- end -}}

{{- define "scim-operator.service.selectorLabels" -}}
app.kubernetes.io/name: {{ include "scim-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: scim-service
{{- end -}}

{{- /* Host of externalUrl without its port, and its path without a slash at the end. */ -}}
{{- define "scim-operator.external.host" -}}
{{- (urlParse .Values.externalUrl).host | regexFind "^(\\[[^]]+\\]|[^:]+)" -}}
{{- end -}}
{{- define "scim-operator.external.path" -}}
{{- (urlParse .Values.externalUrl).path | trimSuffix "/" -}}
{{- end -}}
