with source as (
    select * from {{ raw_rows('pull_request') }}
),

renamed as (
    select
        -- keys
        _source_org || ':' || id as pull_request_key,
        _source_org || ':' || repository_id as repository_key,

        -- ids
        cast(id as number(38, 0)) as pull_request_id,
        cast(node_id as varchar) as node_id,
        cast(number as number(38, 0)) as number,
        cast(repository_id as number(38, 0)) as repository_id,
        cast(user_id as number(38, 0)) as author_user_id,
        cast(base_sha as varchar) as base_sha,
        cast(head_sha as varchar) as head_sha,
        cast(head_repository_id as number(38, 0)) as head_repository_id,
        cast(merged_by_id as number(38, 0)) as merged_by_user_id,
        cast(merge_commit_sha as varchar) as merge_commit_sha,

        -- attributes
        cast(repository_full_name as varchar) as repository_full_name,
        cast(title as varchar) as title,
        cast(body as varchar) as body,
        cast(state as varchar) as state,
        cast(draft as boolean) as is_draft,
        cast(locked as boolean) as is_locked,
        cast(html_url as varchar) as html_url,
        cast(author_association as varchar) as author_association,
        cast(user_login as varchar) as author_login,
        cast(user_type as varchar) as author_user_type,
        cast(base_ref as varchar) as base_ref,
        cast(default_branch as varchar) as default_branch,
        cast(head_ref as varchar) as head_ref,
        merged_at is not null as is_merged,
        cast(merged_by_login as varchar) as merged_by_login,
        cast(additions as number(38, 0)) as additions,
        cast(deletions as number(38, 0)) as deletions,
        cast(changed_files as number(38, 0)) as changed_files,
        cast(commits as number(38, 0)) as commit_count,
        cast(comments as number(38, 0)) as comment_count,
        cast(review_comments as number(38, 0)) as review_comment_count,
        labels,
        assignees,
        requested_reviewers,
        requested_teams,
        milestone,
        auto_merge,

        -- times
        cast(merged_at as timestamp_ntz) as merged_at,
        cast(created_at as timestamp_ntz) as created_at,
        cast(updated_at as timestamp_ntz) as updated_at,
        cast(closed_at as timestamp_ntz) as closed_at,

        -- bookkeeping
        cast(_source_org as varchar) as source_org,
        cast(_ingested_at as timestamp_ntz) as _ingested_at,
        cast(_batch_id as varchar) as _batch_id,
        cast(_deleted_at as timestamp_ntz) as _deleted_at
    from source
)

select * from renamed
