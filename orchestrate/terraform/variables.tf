variable "project" {
  description = "Google Cloud project of bucket, service account and secrets."
  type        = string
}

variable "location" {
  description = "Where the bucket lies; near the Snowflake account saves egress."
  type        = string
  default     = "EU"
}

variable "bucket" {
  description = "Bucket of the lake; the loader's setting bucket."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$", var.bucket))
    error_message = "This is no name of a bucket."
  }
}

variable "folder" {
  description = "Folder of the bucket; the loader's setting prefix."
  type        = string
  default     = "github"
}

variable "state_bucket" {
  description = "Bucket of Meltano's state, apart from the lake: Snowflake may not read it."
  type        = string
}

variable "database" {
  description = "Database of raw tables and models."
  type        = string
  default     = "GITHUB_PIPELINES"
}

variable "prefix" {
  description = "In front of every name but the database's: DEV_ for a dev with buckets and a database of its own; see README.md."
  type        = string
  default     = ""

  validation {
    condition     = can(regex("^([A-Z][A-Z0-9_]*_)?$", var.prefix))
    error_message = "A prefix is in upper case and ends in an underscore."
  }
}

variable "credits" {
  description = "Credits a month after which the warehouse stops."
  type        = number
  default     = 20
}

variable "keep_days" {
  description = "Days after which objects of the lake move to cheaper storage; replay needs them, so none is deleted."
  type        = number
  default     = 90
}

variable "public_key" {
  description = "First public key of the pipeline's user, when it is made: base64 without lines. null: set by hand."
  type        = string
  default     = null
}

variable "reporter_public_key" {
  description = "First public key of the reporter, when it is made: base64 without lines. null: set by hand."
  type        = string
  default     = null
}
