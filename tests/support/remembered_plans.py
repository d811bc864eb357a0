"""An environment with a secret everywhere one may be, and what is remembered of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from probes import remembered
from probes.remembered import place_of
from probes.remembered.kept import read
from probes.watch import Watch

KONG = """
_format_version: "3.0"
consumers:
  - username: partner
    keyauth_credentials: [{key: partner-key-of-the-file}]
services: []
"""
FILE = """
name: mine
hosts: {shop.test: "${ADDRESS:-127.0.0.1}"}
services:
  shop: {url: "http://shop.test:3001"}
gateway:
  nodes: [{proxy: "http://localhost:8000", admin: "http://localhost:8001"}]
  declarative: kong.yml
load_balancer:
  url: "http://localhost"
  stats: {url: "http://localhost:8404/stats", username: admin, password: "${STATS}"}
stores:
  postgres: {dsn: "postgresql://app:${DATABASE}@db/app"}
  redis: {url: "${CACHE}"}
probes:
  pushgateway: "http://push:${PUSH}@localhost:9091"
  add:
    - name: keyed
      kind: http
      url: "http://localhost:3001"
      headers: {X-Api-Key: "${KEY}", X-Own-Token: literal-in-the-file}
    - {name: basic, kind: http, url: "http://localhost:3001", username: u, password: "${BASIC}"}
    - name: way
      kind: journey
      url: "http://localhost:3001"
      steps: [{name: log-in, path: /login, method: POST, harmless: true, json: {password: "${STEP}"}}]
"""
SECRETS = {
    "STATS": "stats-s3cret", "DATABASE": "database-s3cret", "PUSH": "push-s3cret", "KEY": "key-s3cret",
    "BASIC": "basic-s3cret", "STEP": "step-s3cret", "CACHE": "redis://:cache-s3cret@cache:6379/0",
}  # fmt: skip
KEY = bytes(range(32))
"""What a plan is proved with."""


def watch(path: Path, variables: Mapping[str, str]) -> Watch:
    """What is watched, as a run finds it out: remembered, or planned and kept."""
    return remembered.watch(path, variables, keep=True)


def believed(path: Path, variables: Mapping[str, str]) -> Watch | None:
    """What is remembered, if it is still believed."""
    return read(place_of(path), path, variables, KEY)
