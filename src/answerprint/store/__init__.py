"""A production on disk: settings, catalogue (SQLite), content-addressed objects, vectors, decisions.

Errors of this floor:

AP-STORE-001  no production in this folder       AP-STORE-010  a folder or file cannot be read or written
AP-STORE-002  there is a production already      AP-STORE-011  an object is missing
AP-STORE-003  production.toml is not TOML        AP-STORE-012  an object's bytes are not its digest's
AP-STORE-004  unknown option                     AP-STORE-013  the catalogue comes from a newer version
AP-STORE-005  an option's value does not do      AP-STORE-014  the catalogue is damaged
AP-STORE-006  the catalogue would lie on a       AP-STORE-015  the catalogue is busy
              network drive                      AP-STORE-016  decisions.toml cannot be read
AP-STORE-007  the production is in use           AP-STORE-017  vectors that do not fit their model
AP-STORE-008  not enough free space              AP-STORE-018  the vectors' file is damaged
AP-STORE-009  the disk is full
"""
