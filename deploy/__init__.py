"""What is installed beside a stack: Prometheus' rules, Grafana's dashboards, Alertmanager's routes.

Data, no code: the sandbox runs on the same files, wherever Atalaia is installed.
"""
