terraform {
  required_version = ">= 1.6"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 6.0, < 8.0"
    }
    snowflake = {
      source  = "snowflakedb/snowflake"
      version = "~> 2.0"
    }
  }
}

provider "google" {
  project = var.project
}

# The login comes from the environment, as README.md lists it. Its user may use both roles: what belongs to
# SYSADMIN is made by SYSADMIN, as by the SQL.
locals {
  preview_features = ["snowflake_file_format_resource", "snowflake_stage_resource", "snowflake_storage_integration_resource"]
}

provider "snowflake" {
  role                     = "ACCOUNTADMIN"
  preview_features_enabled = local.preview_features
}

provider "snowflake" {
  alias                    = "sysadmin"
  role                     = "SYSADMIN"
  preview_features_enabled = local.preview_features
}
