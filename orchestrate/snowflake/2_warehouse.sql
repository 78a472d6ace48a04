-- A warehouse that sleeps after a minute, and a monitor that stops it when the month's credits are spent.
use role ACCOUNTADMIN;

create resource monitor if not exists ${monitor} with
  credit_quota = ${credits}
  frequency = monthly
  start_timestamp = immediately
  triggers on 80 percent do notify on 100 percent do suspend;
${quota}

use role SYSADMIN;

create warehouse if not exists ${warehouse} warehouse_size = xsmall initially_suspended = true;
alter warehouse ${warehouse} set
  auto_suspend = 60
  auto_resume = true
  statement_timeout_in_seconds = 3600;

use role ACCOUNTADMIN;

alter warehouse ${warehouse} set resource_monitor = ${monitor};
