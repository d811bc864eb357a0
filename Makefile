# Atalaia's front door. Two commands do everything, set-up included: make demo, make test.
# make turns every failure into 2, so the exit code of `atalaia` itself is printed last.

PYTHON ?= python3
ENV ?=
ARGS ?=

SHELL := /bin/sh
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

setup_with = @command -v $(PYTHON) >/dev/null || { \
	echo "setup: no $(PYTHON) here; Atalaia needs Python 3.11 or newer (PYTHON=… names another)" >&2; \
	exit 2; }; exec $(PYTHON) -m scripts.setup $(1)
atalaia = .venv/bin/python -m scripts.atalaia $(1) $(ARGS)
environment = $(if $(ENV),--env '$(ENV)')
load = $(call atalaia,load run $(1) $(environment))
SCENARIO ?= steady

.PHONY: help setup venv demo test prove bench lint constraints sandbox-up sandbox-down test-connectivity
.PHONY: test-api-gateway test-routing test-rate-limit test-cors test-security-headers test-authentication
.PHONY: test-metrics-collection test-alerting test-dashboards drill probe probe-serve bench-probes
.PHONY: load load-smoke load-ramp load-spike load-soak load-breakpoint prove-load bench-load

help: ## This list
	@echo "make TARGET [ENV=environment] [ARGS='more arguments'] [PYTHON=python3] [YES=1]"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-22s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))
	@echo "ENV is a file, a name in environments/, or sandbox: the one that runs."
	@echo "SCENARIO (of load) is a file, or a name that \`atalaia load list\` tells."

setup: ## Install what is missing: .venv, server packages (asks)
	$(call setup_with)

venv: ## Only .venv: enough to test a stack that runs elsewhere
	$(call setup_with,--venv)

demo: ## Start a stack on loopback, test it, stop it
	$(call setup_with,--partial)
	@.venv/bin/python -m scripts.demo $(ARGS)

test: setup ## Atalaia's own tests, lint and types, each with its time
	@.venv/bin/python -m scripts.test $(ARGS)

prove: setup ## The long proofs: the healthy sandbox again and again
	@.venv/bin/python -m pytest tests/prove $(ARGS)

bench: setup ## Benchmarks: what the sandbox carries (takes minutes)
	@.venv/bin/python -m benchmarks $(ARGS)

bench-probes: setup ## Benchmarks of the probe runner, against others
	@.venv/bin/python -m benchmarks probes $(ARGS)

prove-load: setup ## The load tests' gate proves itself (takes minutes)
	@.venv/bin/python -m pytest tests/prove/test_load.py $(ARGS)

bench-load: setup ## Benchmarks of the load generator, against others
	@.venv/bin/python -m benchmarks load $(ARGS)

lint: venv ## Formatting, lint and types only
	@.venv/bin/python -m scripts.test lint types

constraints: venv ## Renew constraints.txt from pyproject.toml
	@.venv/bin/python -m scripts.constraints

sandbox-up: setup ## Start the sandbox and leave it running
	@$(call atalaia,sandbox up)

sandbox-down: venv ## Stop the sandbox
	@$(call atalaia,sandbox down)

test-connectivity: venv ## After a deploy: is every part of ENV there?
	@$(call atalaia,check connectivity $(environment))

test-api-gateway: venv ## After a deploy: is the gateway as meant? The five below
	@$(call atalaia,check gateway $(environment))

test-routing: venv ## Do routes lead where they should, and nowhere else?
	@$(call atalaia,check routing $(environment))

test-rate-limit: venv ## Do limiters allow what they should? Uses budgets up
	@$(call atalaia,check rate-limit $(environment))

test-cors: venv ## May allowed origins read answers, and no others?
	@$(call atalaia,check cors $(environment))

test-security-headers: venv ## Do all answers, errors too, carry theirs?
	@$(call atalaia,check security-headers $(environment))

test-authentication: venv ## Do only good tokens get through?
	@$(call atalaia,check authentication $(environment))

test-metrics-collection: venv ## Does Prometheus have true figures of everything?
	@$(call atalaia,check metrics-collection $(environment))

test-alerting: venv ## Do rules mean something, and alerts have a way?
	@$(call atalaia,check alerting $(environment))

test-dashboards: venv ## Do Grafana's data sources and dashboards work?
	@$(call atalaia,check dashboards $(environment))

drill: venv ## Fire an alert on purpose and follow it (pages people!)
	@$(call atalaia,check drill $(environment))

probe: venv ## Probe ENV once, as cron does every minute
	@$(call atalaia,probe run $(environment))

probe-serve: venv ## Probe ENV by an own schedule, until Ctrl-C
	@$(call atalaia,probe serve $(environment))

load: venv ## Send the load of SCENARIO at ENV (1000/s), and judge it
	@$(call load,'$(SCENARIO)')

load-smoke: venv ## A few requests of each kind; none may fail
	@$(call load,smoke)

load-ramp: venv ## Up to 1000/s and down again, evenly
	@$(call load,ramp)

load-spike: venv ## From 200/s to 1000/s at once
	@$(call load,spike)

load-soak: venv ## 500/s for an hour
	@$(call load,soak)

load-breakpoint: venv ## The highest rate that holds; overloads ENV on purpose
	@$(call load,breakpoint)
