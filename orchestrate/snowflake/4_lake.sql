-- How Snowflake reads the bucket. The integration keeps its service account when this runs again.
use role ACCOUNTADMIN;

create storage integration if not exists ${integration}
  type = external_stage
  storage_provider = 'GCS'
  enabled = true
  storage_allowed_locations = ('gcs://${bucket}/${folder}/');
alter storage integration ${integration} set
  enabled = true
  storage_allowed_locations = ('gcs://${bucket}/${folder}/');
grant usage on integration ${integration} to role SYSADMIN;

use role SYSADMIN;

-- For who looks at a file by hand: COPY says itself how to read.
create file format if not exists ${database}.${raw}._PARQUET
  type = parquet
  use_logical_type = true;
create stage if not exists ${database}.${raw}._LAKE
  url = 'gcs://${bucket}/${folder}/'
  storage_integration = ${integration};
alter stage ${database}.${raw}._LAKE set
  url = 'gcs://${bucket}/${folder}/'
  storage_integration = ${integration};

-- Its column STORAGE_GCP_SERVICE_ACCOUNT is to read the bucket: roles/storage.objectViewer and legacyBucketReader.
use role ACCOUNTADMIN;

describe storage integration ${integration};
