# The same objects and grants as orchestrate/snowflake, whose PRIVILEGES.md says what each grant is for.
locals {
  roles   = toset(["LOADER", "TRANSFORMER", "REPORTER"])
  schemas = toset(["RAW_TABLES", "STAGING", "INTERMEDIATE", "MARTS", "REPORTS", "SEEDS", "SNAPSHOTS"])

  schema_grants = {
    loader_raw               = { role = "LOADER", schema = "RAW_TABLES", privileges = ["USAGE", "CREATE TABLE"] }
    transformer_raw          = { role = "TRANSFORMER", schema = "RAW_TABLES", privileges = ["USAGE"] }
    transformer_staging      = { role = "TRANSFORMER", schema = "STAGING", privileges = ["USAGE", "CREATE TABLE", "CREATE VIEW"] }
    transformer_intermediate = { role = "TRANSFORMER", schema = "INTERMEDIATE", privileges = ["USAGE", "CREATE TABLE", "CREATE VIEW"] }
    transformer_marts        = { role = "TRANSFORMER", schema = "MARTS", privileges = ["USAGE", "CREATE TABLE", "CREATE VIEW"] }
    transformer_reports      = { role = "TRANSFORMER", schema = "REPORTS", privileges = ["USAGE", "CREATE TABLE"] }
    transformer_seeds        = { role = "TRANSFORMER", schema = "SEEDS", privileges = ["USAGE", "CREATE TABLE"] }
    transformer_snapshots    = { role = "TRANSFORMER", schema = "SNAPSHOTS", privileges = ["USAGE", "CREATE TABLE"] }
    reporter_marts           = { role = "REPORTER", schema = "MARTS", privileges = ["USAGE"] }
    reporter_reports         = { role = "REPORTER", schema = "REPORTS", privileges = ["USAGE"] }
  }

  # Tables that are there and those of tomorrow.
  select_grants = {
    transformer_raw  = { role = "TRANSFORMER", schema = "RAW_TABLES" }
    reporter_marts   = { role = "REPORTER", schema = "MARTS" }
    reporter_reports = { role = "REPORTER", schema = "REPORTS" }
  }
}

resource "snowflake_account_role" "role" {
  for_each = local.roles
  name     = "${var.prefix}GITHUB_${each.key}"
}

# So that no table is out of an administrator's reach.
resource "snowflake_grant_account_role" "sysadmin" {
  for_each         = snowflake_account_role.role
  role_name        = each.value.name
  parent_role_name = "SYSADMIN"
}

resource "snowflake_resource_monitor" "pipeline" {
  name            = "${var.prefix}GITHUB_PIPELINE"
  credit_quota    = var.credits
  notify_triggers = [80]
  suspend_trigger = 100
}

resource "snowflake_warehouse" "pipeline" {
  name                         = "${var.prefix}GITHUB_PIPELINE"
  warehouse_size               = "XSMALL"
  auto_suspend                 = 60
  auto_resume                  = "true"
  initially_suspended          = true
  statement_timeout_in_seconds = 3600
  resource_monitor             = snowflake_resource_monitor.pipeline.name
}

# Only ACCOUNTADMIN may put a warehouse under a monitor, so it makes the warehouse, and hands it over.
resource "snowflake_grant_ownership" "warehouse" {
  account_role_name   = "SYSADMIN"
  outbound_privileges = "COPY"

  on {
    object_type = "WAREHOUSE"
    object_name = snowflake_warehouse.pipeline.name
  }
}

resource "snowflake_database" "pipelines" {
  provider = snowflake.sysadmin
  name     = var.database

  lifecycle {
    prevent_destroy = true
  }
}

resource "snowflake_schema" "schema" {
  provider            = snowflake.sysadmin
  for_each            = local.schemas
  database            = snowflake_database.pipelines.name
  name                = "${var.prefix}${each.key}"
  with_managed_access = "true"
}

resource "snowflake_storage_integration" "lake" {
  name                      = "${var.prefix}GITHUB_PIPELINE"
  type                      = "EXTERNAL_STAGE"
  storage_provider          = "GCS"
  enabled                   = true
  storage_allowed_locations = ["gcs://${var.bucket}/${var.folder}/"]
}

# For the stage, which SYSADMIN makes.
resource "snowflake_grant_privileges_to_account_role" "integration" {
  account_role_name = "SYSADMIN"
  privileges        = ["USAGE"]

  on_account_object {
    object_type = "INTEGRATION"
    object_name = snowflake_storage_integration.lake.name
  }
}

# For who looks at a file by hand: COPY says itself how to read. The stage names none, as in the SQL.
resource "snowflake_file_format" "parquet" {
  provider    = snowflake.sysadmin
  database    = snowflake_database.pipelines.name
  schema      = snowflake_schema.schema["RAW_TABLES"].name
  name        = "_PARQUET"
  format_type = "PARQUET"
}

resource "snowflake_stage" "lake" {
  provider            = snowflake.sysadmin
  database            = snowflake_database.pipelines.name
  schema              = snowflake_schema.schema["RAW_TABLES"].name
  name                = "_LAKE"
  url                 = "gcs://${var.bucket}/${var.folder}/"
  storage_integration = snowflake_storage_integration.lake.name
  depends_on          = [snowflake_grant_privileges_to_account_role.integration]
}

resource "snowflake_grant_privileges_to_account_role" "warehouse" {
  for_each          = snowflake_account_role.role
  account_role_name = each.value.name
  privileges        = ["USAGE"]

  on_account_object {
    object_type = "WAREHOUSE"
    object_name = snowflake_warehouse.pipeline.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "database" {
  for_each          = snowflake_account_role.role
  account_role_name = each.value.name
  privileges        = ["USAGE"]

  on_account_object {
    object_type = "DATABASE"
    object_name = snowflake_database.pipelines.name
  }
}

resource "snowflake_grant_privileges_to_account_role" "schema" {
  for_each          = local.schema_grants
  account_role_name = snowflake_account_role.role[each.value.role].name
  privileges        = each.value.privileges

  on_schema {
    schema_name = snowflake_schema.schema[each.value.schema].fully_qualified_name
  }
}

resource "snowflake_grant_privileges_to_account_role" "select_all" {
  for_each          = local.select_grants
  account_role_name = snowflake_account_role.role[each.value.role].name
  privileges        = ["SELECT"]

  on_schema_object {
    all {
      object_type_plural = "TABLES"
      in_schema          = snowflake_schema.schema[each.value.schema].fully_qualified_name
    }
  }
}

resource "snowflake_grant_privileges_to_account_role" "select_future" {
  for_each          = local.select_grants
  account_role_name = snowflake_account_role.role[each.value.role].name
  privileges        = ["SELECT"]

  on_schema_object {
    future {
      object_type_plural = "TABLES"
      in_schema          = snowflake_schema.schema[each.value.schema].fully_qualified_name
    }
  }
}

resource "snowflake_grant_privileges_to_account_role" "stage" {
  account_role_name = snowflake_account_role.role["LOADER"].name
  privileges        = ["USAGE"]

  on_schema_object {
    object_type = "STAGE"
    object_name = snowflake_stage.lake.fully_qualified_name
  }
}

resource "snowflake_grant_privileges_to_account_role" "file_format" {
  account_role_name = snowflake_account_role.role["LOADER"].name
  privileges        = ["USAGE"]

  on_schema_object {
    object_type = "FILE FORMAT"
    object_name = snowflake_file_format.parquet.fully_qualified_name
  }
}

# A service user takes a key pair, never a password. A key is given to a new user only: afterwards it is replaced by
# hand, and what Terraform remembers of it must not come back.
resource "snowflake_service_user" "pipeline" {
  name                           = "${var.prefix}GITHUB_PIPELINE"
  default_role                   = snowflake_account_role.role["LOADER"].name
  default_secondary_roles_option = "NONE"
  default_warehouse              = snowflake_warehouse.pipeline.name
  rsa_public_key                 = var.public_key

  lifecycle {
    ignore_changes = [rsa_public_key, rsa_public_key_2]
  }
}

resource "snowflake_service_user" "reporter" {
  name                           = "${var.prefix}GITHUB_REPORTER"
  default_role                   = snowflake_account_role.role["REPORTER"].name
  default_secondary_roles_option = "NONE"
  default_warehouse              = snowflake_warehouse.pipeline.name
  rsa_public_key                 = var.reporter_public_key

  lifecycle {
    ignore_changes = [rsa_public_key, rsa_public_key_2]
  }
}

resource "snowflake_grant_account_role" "pipeline" {
  for_each  = toset(["LOADER", "TRANSFORMER", "REPORTER"]) # the last one for the dashboard
  role_name = snowflake_account_role.role[each.key].name
  user_name = snowflake_service_user.pipeline.name
}

resource "snowflake_grant_account_role" "reporter" {
  role_name = snowflake_account_role.role["REPORTER"].name
  user_name = snowflake_service_user.reporter.name
}
