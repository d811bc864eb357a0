-- What the services find in PostgreSQL. A template: $${name} is written by sandbox/render.py.
-- Each statement ends with a semicolon at the end of a line, and runs on its own.
CREATE ROLE atendeai LOGIN PASSWORD '${secret_postgres_services}';
CREATE ROLE atalaia LOGIN PASSWORD '${secret_postgres_toolkit}' CONNECTION LIMIT 20;
CREATE ROLE exporter LOGIN PASSWORD '${secret_postgres_exporter}' IN ROLE pg_monitor;
CREATE DATABASE atendeai OWNER atendeai;
