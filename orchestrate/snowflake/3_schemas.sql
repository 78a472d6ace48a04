-- Managed access: who owns a table cannot hand it out; only the owner of the schema can.
use role SYSADMIN;

create database if not exists ${database};

-- The loader's.
create schema if not exists ${database}.${raw} with managed access;
alter schema ${database}.${raw} enable managed access;

-- dbt's.
create schema if not exists ${database}.${prefix}STAGING with managed access;
alter schema ${database}.${prefix}STAGING enable managed access;
create schema if not exists ${database}.${prefix}INTERMEDIATE with managed access;
alter schema ${database}.${prefix}INTERMEDIATE enable managed access;
create schema if not exists ${database}.${prefix}MARTS with managed access;
alter schema ${database}.${prefix}MARTS enable managed access;
create schema if not exists ${database}.${prefix}REPORTS with managed access;
alter schema ${database}.${prefix}REPORTS enable managed access;
create schema if not exists ${database}.${prefix}SEEDS with managed access;
alter schema ${database}.${prefix}SEEDS enable managed access;
create schema if not exists ${database}.${prefix}SNAPSHOTS with managed access;
alter schema ${database}.${prefix}SNAPSHOTS enable managed access;
