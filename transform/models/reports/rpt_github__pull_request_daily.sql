{{ pull_request_report('day') }}
