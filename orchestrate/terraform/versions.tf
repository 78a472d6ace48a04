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

# Account, user and key come from the environment: SNOWFLAKE_ORGANIZATION_NAME, SNOWFLAKE_ACCOUNT_NAME,
# SNOWFLAKE_USER, SNOWFLAKE_PRIVATE_KEY. The role may use ACCOUNTADMIN's integrations and SECURITYADMIN's grants.
provider "snowflake" {
  role                     = "ACCOUNTADMIN"
  preview_features_enabled = ["snowflake_file_format_resource", "snowflake_stage_resource", "snowflake_storage_integration_resource"]
}
