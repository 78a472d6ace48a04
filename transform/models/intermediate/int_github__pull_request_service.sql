with merged as (
    select
        pull_request.pull_request_key,
        pull_request.repository_key,
        pull_request.merge_commit_sha,
        pull_request.merged_at
    from {{ ref('stg_github__pull_request') }} as pull_request
    left join {{ ref('int_github__default_branch') }} as default_branch
        on
            pull_request.repository_key = default_branch.repository_key
            and pull_request.base_ref = default_branch.default_branch
            and pull_request.merged_at >= default_branch.valid_from
            and (pull_request.merged_at < default_branch.valid_to or default_branch.valid_to is null)
    where
        pull_request.merged_at is not null
        and (
            pull_request.base_ref = pull_request.default_branch
            or default_branch.default_branch_key is not null
        )
),

-- The commit that merged has the files of a squash; a merge has those of its own commits, too.
touching_commit as (
    select
        pull_request_key,
        repository_key,
        merge_commit_sha as commit_sha,
        true as is_of_merge
    from merged
    union
    select
        merged.pull_request_key,
        merged.repository_key,
        listed.commit_sha,
        false as is_of_merge
    from merged
    inner join {{ ref('stg_github__pull_request_commit') }} as listed
        on merged.pull_request_key = listed.pull_request_key
    union
    -- A rebase makes each commit again, all at the moment of the merge, or, in a merge queue, some time before it; of
    -- the old ones they keep the author's date.
    select
        merged.pull_request_key,
        merged.repository_key,
        rebased.commit_sha,
        false as is_of_merge
    from merged
    inner join {{ ref('stg_github__pull_request_commit') }} as listed
        on merged.pull_request_key = listed.pull_request_key
    left join {{ ref('stg_github__commit') }} as merging
        on
            merged.repository_key = merging.repository_key
            and merged.merge_commit_sha = merging.commit_sha
    inner join {{ ref('stg_github__commit') }} as rebased
        on
            merged.repository_key = rebased.repository_key
            and listed.authored_at = rebased.authored_at
            and rebased.committed_at >= dateadd('minute', -1, coalesce(merging.committed_at, merged.merged_at))
            and rebased.committed_at <= dateadd('minute', 1, coalesce(merging.committed_at, merged.merged_at))
),

-- A file that moves leaves one place and comes to another.
changed_file as (
    select
        repository_key,
        commit_sha,
        parent_count,
        file_path
    from {{ ref('stg_github__commit_file') }}
    union all
    select
        repository_key,
        commit_sha,
        parent_count,
        previous_file_path as file_path
    from {{ ref('stg_github__commit_file') }}
    where status = 'renamed' and previous_file_path is not null
),

touched as (
    select distinct
        touching_commit.pull_request_key,
        touching_commit.repository_key,
        changed_file.file_path
    from touching_commit
    inner join changed_file
        on
            touching_commit.repository_key = changed_file.repository_key
            and touching_commit.commit_sha = changed_file.commit_sha
    -- What a branch merged into itself on its way is other people's work.
    where touching_commit.is_of_merge or coalesce(changed_file.parent_count, 1) < 2
),

-- Of the prefixes that a path begins with, the longest wins, with all the services that have it.
owned as (
    select
        touched.pull_request_key,
        service.service
    from touched
    inner join {{ ref('int_github__service') }} as service
        on
            touched.repository_key = service.repository_key
            and (
                service.path_prefix = ''
                or touched.file_path = service.path_prefix
                or startswith(touched.file_path, service.path_prefix || '/')
            )
    qualify rank() over (
        partition by touched.pull_request_key, touched.file_path
        order by length(service.path_prefix) desc
    ) = 1
),

-- Where no file is known, the pull request is one of the whole repository.
unknown as (
    select
        merged.pull_request_key,
        service.service
    from merged
    inner join {{ ref('int_github__service') }} as service
        on
            merged.repository_key = service.repository_key
            and service.path_prefix = ''
    where merged.pull_request_key not in (select touched.pull_request_key from touched)
)

select
    pull_request_key,
    service
from owned
union
select
    pull_request_key,
    service
from unknown
