"""Runs compare.sql with DuckDB's package: compare.py compare.sql FILE..."""

import sys

import duckdb

connection = duckdb.connect()
connection.execute("SET threads = 2")
connection.execute("SET VARIABLE files = ?", [sys.argv[2:]])
with open(sys.argv[1]) as statement:
    print(connection.execute(statement.read()).fetchall())
