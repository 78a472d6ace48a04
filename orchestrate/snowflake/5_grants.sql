-- What each role may do, and no more; PRIVILEGES.md says which statement needs which grant.
use role SECURITYADMIN;

-- The loader owns the tables that it makes: there is nothing to grant on them.
grant usage on warehouse ${warehouse} to role ${loader};
grant usage on database ${database} to role ${loader};
grant usage on schema ${database}.${raw} to role ${loader};
grant create table on schema ${database}.${raw} to role ${loader};
grant usage on stage ${database}.${raw}._LAKE to role ${loader};
grant usage on file format ${database}.${raw}._PARQUET to role ${loader};

-- dbt reads raw tables, those of tomorrow too, and owns what it makes of them.
grant usage on warehouse ${warehouse} to role ${transformer};
grant usage on database ${database} to role ${transformer};
grant usage on schema ${database}.${raw} to role ${transformer};
grant select on all tables in schema ${database}.${raw} to role ${transformer};
grant select on future tables in schema ${database}.${raw} to role ${transformer};
grant usage on schema ${database}.${prefix}STAGING to role ${transformer};
grant create table on schema ${database}.${prefix}STAGING to role ${transformer};
grant create view on schema ${database}.${prefix}STAGING to role ${transformer};
grant usage on schema ${database}.${prefix}INTERMEDIATE to role ${transformer};
grant create table on schema ${database}.${prefix}INTERMEDIATE to role ${transformer};
grant create view on schema ${database}.${prefix}INTERMEDIATE to role ${transformer};
grant usage on schema ${database}.${prefix}MARTS to role ${transformer};
grant create table on schema ${database}.${prefix}MARTS to role ${transformer};
grant create view on schema ${database}.${prefix}MARTS to role ${transformer};
grant usage on schema ${database}.${prefix}REPORTS to role ${transformer};
grant create table on schema ${database}.${prefix}REPORTS to role ${transformer};
grant usage on schema ${database}.${prefix}SEEDS to role ${transformer};
grant create table on schema ${database}.${prefix}SEEDS to role ${transformer};
grant usage on schema ${database}.${prefix}SNAPSHOTS to role ${transformer};
grant create table on schema ${database}.${prefix}SNAPSHOTS to role ${transformer};

-- Dashboards and analysts.
grant usage on warehouse ${warehouse} to role ${reporter};
grant usage on database ${database} to role ${reporter};
grant usage on schema ${database}.${prefix}MARTS to role ${reporter};
grant select on all tables in schema ${database}.${prefix}MARTS to role ${reporter};
grant select on future tables in schema ${database}.${prefix}MARTS to role ${reporter};
grant usage on schema ${database}.${prefix}REPORTS to role ${reporter};
grant select on all tables in schema ${database}.${prefix}REPORTS to role ${reporter};
grant select on future tables in schema ${database}.${prefix}REPORTS to role ${reporter};
