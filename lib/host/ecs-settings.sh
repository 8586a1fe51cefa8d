#!/bin/bash
# Settings of the ECS agent, before it starts. AWS Batch adds the name of its cluster to the same file.
set -euo pipefail

config=${ECS_CONFIG:-/etc/ecs/ecs.config}
mkdir -p "$(dirname "$config")"
# Jobs of a spot host that has notice are told to end. Containers that have ended, and images that nobody used for an hour, go soon: their
# disk is the clones'.
for setting in \
  ECS_ENABLE_SPOT_INSTANCE_DRAINING=true \
  ECS_CONTAINER_STOP_TIMEOUT=30s \
  ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION=3m \
  ECS_IMAGE_CLEANUP_INTERVAL=10m \
  ECS_IMAGE_MINIMUM_CLEANUP_AGE=1h \
  ECS_NUM_IMAGES_DELETE_PER_CYCLE=20; do
  grep -qxF "$setting" "$config" 2>/dev/null || echo "$setting" >>"$config"
done
