-- Users without a password: TYPE = SERVICE takes a key pair only. No secondary roles, so that a session has
-- the privileges of one role at a time.
use role USERADMIN;

create user if not exists ${pipeline_user} type = service;
alter user ${pipeline_user} set
  default_role = ${loader}
  default_secondary_roles = ()
  default_warehouse = ${warehouse};
grant role ${loader} to user ${pipeline_user};
grant role ${transformer} to user ${pipeline_user};
grant role ${reporter} to user ${pipeline_user};
${pipeline_key}

create user if not exists ${reporter_user} type = service;
alter user ${reporter_user} set
  default_role = ${reporter}
  default_secondary_roles = ()
  default_warehouse = ${warehouse};
grant role ${reporter} to user ${reporter_user};
${reporter_key}
