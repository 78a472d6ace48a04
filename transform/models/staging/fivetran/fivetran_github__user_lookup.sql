-- Fivetran knows accounts, but not who is behind them: that comes from github_identity_override.
select
    account.login as github_login,
    account.id as github_user_id,
    account.type as github_type,
    account.name,
    cast(null as varchar) as email,
    cast(null as varchar) as ldap,
    cast(null as varchar) as team,
    cast(null as varchar) as title,
    cast(null as varchar) as manager_ldap,
    cast(null as boolean) as is_active,
    'none' as match_method,
    cast(null as timestamp_ntz) as updated_at,
    'fivetran' as _source_org,
    {{ utc('account._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'user')) }} as account
where account.login is not null
