{{- /* What the values of several places must be to each other; the schema looks at each by itself. */ -}}
{{- define "scim-operator.checks" -}}
{{- if not .Values.externalUrl -}}
{{- fail "externalUrl is not set: write the URL under which directories reach the SCIM service, such as --set externalUrl=https://scim.example.com" -}}
{{- end -}}
{{- $config := include "scim-operator.configNamespace" . -}}
{{- if eq $config .Release.Namespace -}}
{{- fail (printf "configNamespace.name is %q, the namespace of the release: the SCIM service may read every Secret there; name a namespace that holds nothing else" $config) -}}
{{- end -}}
{{- if has $config .Values.watchNamespaces -}}
{{- fail (printf "configNamespace.name is %q, which is also in watchNamespaces: the SCIM service may read every Secret there; name a namespace that holds nothing else" $config) -}}
{{- end -}}
{{- if and .Values.tokenSecrets.names (not .Values.watchNamespaces) -}}
{{- fail "tokenSecrets.names needs watchNamespaces: a right that names Secrets is given in one namespace" -}}
{{- end -}}
{{- if and .Values.mail.smtpUrlSecret.name (not .Values.mail.from) -}}
{{- fail "mail.from is not set: mail.smtpUrlSecret needs a sender, such as --set mail.from=scim@example.com" -}}
{{- end -}}
{{- if and .Values.ingress.enabled .Values.httpRoute.enabled -}}
{{- fail "ingress.enabled and httpRoute.enabled are both true: one of them routes externalUrl" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (include "scim-operator.external.path" .) -}}
{{- fail (printf "externalUrl has the path %q, which an Ingress can't take off: leave it out, or use httpRoute" (include "scim-operator.external.path" .)) -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.parentRefs is empty: name the Gateway, such as [{ name: public, namespace: gateways }]" -}}
{{- end -}}
{{- range $program := list "operator" "scimService" -}}
{{- $budget := (index $.Values $program).podDisruptionBudget -}}
{{- if and $budget.enabled (eq (kindIs "invalid" $budget.maxUnavailable) (kindIs "invalid" $budget.minAvailable)) -}}
{{- fail (printf "%s.podDisruptionBudget: set either maxUnavailable or minAvailable, and the other one to null" $program) -}}
{{- end -}}
{{- end -}}
{{- with .Values.scimService.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "scimService.autoscaling: minReplicas (%d) is more than maxReplicas (%d)" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if and .enabled (not .targetCPUUtilizationPercentage) (not .targetMemoryUtilizationPercentage) (not .metrics) -}}
{{- fail "scimService.autoscaling is enabled without a metric: set targetCPUUtilizationPercentage, targetMemoryUtilizationPercentage or metrics" -}}
{{- end -}}
{{- end -}}
{{- end -}}
