select * from {{ ref('int_release_figures') }}
where is_latest_release
