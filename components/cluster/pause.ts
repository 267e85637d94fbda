/** Kubernetes' placeholder: it does nothing, and ends at once when it is told to. */
export const PAUSE_IMAGE =
  "registry.k8s.io/pause:3.10@sha256:ee6521f290b2168b6e0935a181d4cff9be1ac3f505666ef0e3c98fae8199917a";
