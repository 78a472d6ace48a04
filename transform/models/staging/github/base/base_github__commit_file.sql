with source as (
    select * from {{ raw_rows('commit_file') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || repository_id || ':' || commit_sha || ':' || filename as commit_file_key,
        _source_org || ':' || repository_id as repository_key,
        _source_org || ':' || repository_id || ':' || commit_sha as commit_key,

        -- ids
        cast(repository_id as number(38, 0)) as repository_id,
        cast(commit_sha as varchar) as commit_sha,
        cast(blob_sha as varchar) as blob_sha,

        -- attributes
        cast(repository_full_name as varchar) as repository_full_name,
        cast(filename as varchar) as file_path,
        cast(previous_filename as varchar) as previous_file_path,
        cast(status as varchar) as status,
        cast(additions as number(38, 0)) as additions,
        cast(deletions as number(38, 0)) as deletions,
        cast(changes as number(38, 0)) as changes,
        cast(author_login as varchar) as author_login,
        cast(parent_count as number(38, 0)) as parent_count,
        cast(files_truncated as boolean) as is_truncated,

        -- times
        cast(authored_at as timestamp_ntz) as authored_at,
        cast(committed_at as timestamp_ntz) as committed_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
)

select * from renamed
