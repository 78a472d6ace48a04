select
    release.id,
    release.repository_id,
    release.tag_name,
    -- Fivetran does not say which commit a tag names.
    cast(null as varchar) as tag_sha,
    release.name,
    release.draft,
    release.prerelease,
    {{ utc('release.created_at') }} as created_at,
    {{ utc('release.published_at') }} as published_at,
    split_part(repository.full_name, '/', 1) as _source_org,
    {{ utc('release._fivetran_synced') }} as _ingested_at,
    cast(null as varchar) as _batch_id,
    cast(null as timestamp_ntz) as _deleted_at
from {{ raw_table(source('fivetran_github', 'release')) }} as release
inner join {{ raw_table(source('fivetran_github', 'repository')) }} as repository
    on release.repository_id = repository.id
