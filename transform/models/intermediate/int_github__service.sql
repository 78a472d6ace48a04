with repository as (
    select * from {{ ref('stg_github__repository') }}
),

listed as (
    select
        repository.repository_key,
        service.service,
        -- A prefix is a folder or a file: services/bill does not cover services/billing.
        regexp_replace(coalesce(service.path_prefix, ''), '^([.]?/)+|/+$', '') as path_prefix,
        service.reliability_tier,
        coalesce(service.deploy_source, {{ default_deploy_source() }}) as deploy_source,
        lower(service.production_environment) as production_environment,
        lower(service.staging_environment) as staging_environment
    from repository
    inner join {{ ref('github_service') }} as service
        on lower(repository.repository_full_name) = lower(service.repository_full_name)
),

-- What no prefix covers belongs to the repository, which is a service of its own.
whole_repository as (
    select
        repository.repository_key,
        repository.repository_full_name as service,
        '' as path_prefix,
        null as reliability_tier,
        {{ default_deploy_source() }} as deploy_source,
        null as production_environment,
        null as staging_environment
    from repository
    left join listed
        on
            repository.repository_key = listed.repository_key
            and listed.path_prefix = ''
    where listed.repository_key is null
)

select * from listed
union all
select * from whole_repository
