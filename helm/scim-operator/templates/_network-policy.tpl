{{- /* Rule of one direction: peers (none is anybody) and TCP ports. key: from or to. */ -}}
{{- define "scim-operator.networkRule" -}}
- ports:
    {{- range .ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
  {{- with .peers }}
  {{ $.key }}:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}

{{- /* What both programs need to reach; `own` is what one needs beside it. */ -}}
{{- define "scim-operator.egressRules" -}}
{{- $egress := .root.Values.networkPolicy.egress -}}
- ports:
    - { port: 53, protocol: UDP }
    - { port: 53, protocol: TCP }
  {{- with $egress.dnsTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{ include "scim-operator.networkRule" (dict "key" "to" "ports" $egress.apiServerPorts "peers" $egress.apiServerTo) }}
{{ .own }}
{{- with $egress.extra }}
{{ toYaml . }}
{{- end }}
{{- end -}}
