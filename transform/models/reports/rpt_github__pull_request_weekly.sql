{{ pull_request_report('week') }}
