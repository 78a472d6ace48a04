# The lake: private, versions of overwritten objects go after a month, nothing else is ever deleted.
resource "google_storage_bucket" "lake" {
  name                        = var.bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      age = var.keep_days
    }
    action {
      type          = "SetStorageClass"
      storage_class = "COLDLINE"
    }
  }

  lifecycle_rule {
    condition {
      days_since_noncurrent_time = 30
    }
    action {
      type = "Delete"
    }
  }

  lifecycle_rule {
    condition {
      age = 7
    }
    action {
      type = "AbortIncompleteMultipartUpload"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Meltano's state: the bookmarks. Old versions are the way back after a mistake.
resource "google_storage_bucket" "state" {
  name                        = var.state_bucket
  location                    = var.location
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      num_newer_versions = 50
    }
    action {
      type = "Delete"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

# Who runs the pipeline. No key is made: attach it to the machine, or use workload identity federation.
resource "google_service_account" "pipeline" {
  account_id   = replace(lower("${var.prefix}github-pipeline"), "_", "-")
  display_name = "GitHub pipeline"
}

# Writes objects, reads them for replay, deletes those of runs that died.
resource "google_storage_bucket_iam_member" "pipeline_lake" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectUser"
  member = google_service_account.pipeline.member
}

resource "google_storage_bucket_iam_member" "pipeline_state" {
  bucket = google_storage_bucket.state.name
  role   = "roles/storage.objectUser"
  member = google_service_account.pipeline.member
}

# Snowflake reads the lake, and only that.
resource "google_storage_bucket_iam_member" "snowflake_lake" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${snowflake_storage_integration.lake.storage_gcp_service_account}"
}

# It asks for storage.buckets.get, which objectViewer lacks.
resource "google_storage_bucket_iam_member" "snowflake_lake_bucket" {
  bucket = google_storage_bucket.lake.name
  role   = "roles/storage.legacyBucketReader"
  member = "serviceAccount:${snowflake_storage_integration.lake.storage_gcp_service_account}"
}

# What is secret lies here; the values are added by hand, so that no state file of Terraform ever holds one:
# gcloud secrets versions add NAME --data-file=FILE
locals {
  secrets = toset(["github-auth-token", "github-app-private-key", "snowflake-private-key", "snowflake-private-key-passphrase", "alert-webhook-url"])
}

resource "google_secret_manager_secret" "pipeline" {
  for_each  = local.secrets
  secret_id = replace(lower("${var.prefix}${each.key}"), "_", "-")

  replication {
    auto {}
  }

  lifecycle {
    prevent_destroy = true # its values are nowhere else; one that goes from the list: `terraform state rm` first
  }
}

resource "google_secret_manager_secret_iam_member" "pipeline" {
  for_each  = google_secret_manager_secret.pipeline
  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.pipeline.member
}
