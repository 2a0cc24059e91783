{{- define "baton-descope.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "baton-descope.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "baton-descope.labels" -}}
{{ include "baton-descope.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "baton-descope.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "baton-descope.configMap" -}}
{{ .Values.existingConfigMap | default (printf "%s-fleet" (include "baton-descope.fullname" .)) }}
{{- end -}}

{{/* Paths of fleet.yaml count from its folder, which is a ConfigMap: no key is there, and nothing can be written. */}}
{{- define "baton-descope.inPod" -}}
{{- if and .path (not (hasPrefix "/" .path)) -}}
{{- fail (printf "fleet: %s %s is relative: leave it out, or give a path of the pod that begins with / (files go to /data)" .name .path) -}}
{{- end -}}
{{- end -}}

{{/* fleet.yaml: what the values say, and where the keys and the files are in the pods. */}}
{{- define "baton-descope.fleet" -}}
{{- $fleet := deepCopy .Values.fleet -}}
{{- $defaults := get $fleet "defaults" | default dict -}}
{{- if not (hasKey $defaults "key") -}}
{{- $_ := set $defaults "key" (dict "file" "/run/secrets/keys/{name}") -}}
{{- end -}}
{{- $outputs := get $defaults "outputs" | default dict -}}
{{- range $part := prepend (get $fleet "projects" | default list) $defaults -}}
{{- $own := get $part "outputs" | default dict -}}
{{- $key := get $part "key" | default dict -}}
{{- include "baton-descope.inPod" (dict "name" "key.file" "path" (get $key "file")) -}}
{{- include "baton-descope.inPod" (dict "name" "outputs.folder" "path" (get $own "folder")) -}}
{{- if not (regexMatch "^postgres(ql)?://" (get $own "history")) -}}
{{- include "baton-descope.inPod" (dict "name" "outputs.history" "path" (get $own "history")) -}}
{{- end -}}
{{- end -}}
{{- if not (hasKey $outputs "folder") -}}
{{- $_ := set $outputs "folder" "/data/{name}" -}}
{{- end -}}
{{- $_ := set $defaults "outputs" $outputs -}}
{{- $_ := set $fleet "defaults" $defaults -}}
{{- toYaml (merge $fleet (dict "version" 1)) -}}
{{- end -}}

{{/* A Deployment of pods that sync. Called with root, component, words and pods. */}}
{{- define "baton-descope.deployment" -}}
{{- $root := .root -}}
{{- with $root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "baton-descope.fullname" . }}-{{ $.component }}
  namespace: {{ .Release.Namespace }}
  labels:
    {{- include "baton-descope.labels" . | nindent 4 }}
    app.kubernetes.io/component: {{ $.component }}
spec:
  replicas: {{ $.pods.replicas }}
  revisionHistoryLimit: 3
  # The new pod is there before the old one goes: slots are put once, whoever puts them.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- include "baton-descope.selector" . | nindent 6 }}
      app.kubernetes.io/component: {{ $.component }}
  template:
    metadata:
      labels:
        {{- include "baton-descope.labels" . | nindent 8 }}
        app.kubernetes.io/component: {{ $.component }}
      annotations:
        checksum/fleet: {{ include "baton-descope.fleet" . | sha256sum }}
        {{- with .Values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "baton-descope.fullname" . }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      # Syncs that are under way get ten seconds to end, and are put back in line.
      terminationGracePeriodSeconds: 60
      {{- with .Values.imagePullSecrets }}
      imagePullSecrets:
        {{- range . }}
        - name: {{ . }}
        {{- end }}
      {{- end }}
      securityContext:
        runAsNonRoot: true
        runAsUser: 65532
        runAsGroup: 65532
        fsGroup: 65532
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: { type: RuntimeDefault }
      containers:
        - name: fleet
          image: {{ include "baton-descope.image" . }}
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          args:
            {{- range $.words }}
            - {{ . }}
            {{- end }}
            - --file=/etc/baton-descope/fleet.yaml
            - --workers={{ $.pods.workers }}
            # The probes come from outside the pod, hence the address. Who else may ask: networkpolicy.yaml.
            - --health-check-port=8081
            - --health-check-bind-address=0.0.0.0
          ports:
            - { name: health, containerPort: 8081 }
          startupProbe:
            httpGet: { path: /live, port: health }
            periodSeconds: 2
            failureThreshold: 30
          livenessProbe:
            httpGet: { path: /live, port: health }
            periodSeconds: 20
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: { path: /ready, port: health }
            periodSeconds: 10
            timeoutSeconds: 5
          env:
            - name: BATON_LOG_FORMAT
              value: json
            - name: BATON_FLEET_ENGINE
              valueFrom:
                secretKeyRef:
                  name: {{ .Values.engine.existingSecret }}
                  key: {{ .Values.engine.key }}
          {{- with .Values.envFromSecrets }}
          envFrom:
            {{- range . }}
            - secretRef: { name: {{ . }} }
            {{- end }}
          {{- end }}
          resources:
            {{- toYaml $.pods.resources | nindent 12 }}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: { drop: [ALL] }
          volumeMounts:
            - { name: fleet, mountPath: /etc/baton-descope, readOnly: true }
            - { name: keys, mountPath: /run/secrets/keys, readOnly: true }
            - { name: data, mountPath: /data }
            - { name: tmp, mountPath: /tmp }
            {{- with .Values.extraVolumeMounts }}
            {{- toYaml . | nindent 12 }}
            {{- end }}
      volumes:
        - name: fleet
          configMap: { name: {{ include "baton-descope.configMap" . }} }
        # A whole folder, so that a rotated key arrives while it runs. 288 is 0440.
        - name: keys
          secret: { secretName: {{ .Values.keys.existingSecret }}, defaultMode: 288 }
        - name: data
          {{- if .Values.storage.enabled }}
          persistentVolumeClaim:
            claimName: {{ .Values.storage.existingClaim | default (printf "%s-data" (include "baton-descope.fullname" .)) }}
          {{- else }}
          emptyDir: { sizeLimit: {{ .Values.storage.size }} }
          {{- end }}
        # Where questions, such as "fleet who-can", are worked out.
        - name: tmp
          emptyDir: {}
        {{- with .Values.extraVolumes }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- with .Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .Values.affinity }}
      affinity:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end }}
{{- end -}}
