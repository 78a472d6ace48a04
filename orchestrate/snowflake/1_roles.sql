-- Roles: one for each thing that is done. SYSADMIN holds them all, so that no table is out of an
-- administrator's reach.
use role USERADMIN;

create role if not exists ${loader};
alter role ${loader} set comment = 'Writes the raw tables and reads nothing else.';
grant role ${loader} to role SYSADMIN;

create role if not exists ${transformer};
alter role ${transformer} set comment = 'Reads the raw tables, writes the models.';
grant role ${transformer} to role SYSADMIN;

create role if not exists ${reporter};
alter role ${reporter} set comment = 'Reads marts and reports.';
grant role ${reporter} to role SYSADMIN;
