with source as (
    select * from {{ raw_rows('user_lookup') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || lower(github_login) as user_lookup_key,

        -- ids
        cast(github_user_id as number(38, 0)) as github_user_id,

        -- attributes
        cast(lower(github_login) as varchar) as github_login,
        cast(github_type as varchar) as github_type,
        cast(name as varchar) as name,
        cast(email as varchar) as email,
        cast(ldap as varchar) as ldap,
        cast(team as varchar) as team,
        cast(title as varchar) as title,
        cast(manager_ldap as varchar) as manager_ldap,
        cast(is_active as boolean) as is_active,
        cast(match_method as varchar) as match_method,

        -- times
        cast(updated_at as timestamp_ntz) as updated_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
)

select * from renamed
