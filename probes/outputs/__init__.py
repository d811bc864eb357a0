"""Where else a run goes than to the Pushgateway: any number of files, each written whole or not at all."""
