with review as (
    select *
    from {{ ref('fct_github__pull_request_review') }}
    where is_counted
),

weekly as (
    select
        {{ period_start('week', 'submitted_at') }} as week_start,
        source_org,
        reviewer_person_key,
        max_by(reviewer_team, iff(reviewer_team is null, null, submitted_at)) as reviewer_team,
        count(*) as review_count,
        count(distinct pull_request_key) as reviewed_pull_request_count,
        count(distinct repository_key) as repository_count,
        count_if(state = 'APPROVED') as approval_count,
        count_if(state = 'CHANGES_REQUESTED') as changes_requested_count
    from review
    group by
        {{ period_start('week', 'submitted_at') }},
        source_org,
        reviewer_person_key
)

select
    week_start || '|' || source_org || '|' || reviewer_person_key as report_key,
    week_start,
    source_org,
    reviewer_person_key,
    reviewer_team,
    review_count,
    reviewed_pull_request_count,
    repository_count,
    approval_count,
    changes_requested_count,
    {{ share_of('review_count', 'sum(review_count) over (partition by week_start, source_org)') }} as review_share,
    rank() over (partition by week_start, source_org order by review_count desc) as load_rank
from weekly
