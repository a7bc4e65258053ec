# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_usher_global_optspecs
    string join \n dir= format= h/help V/version
end

function __fish_usher_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_usher_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_usher_using_subcommand
    set -l cmd (__fish_usher_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c usher -n "__fish_usher_needs_command" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_needs_command" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_needs_command" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_needs_command" -f -a "demo" -d 'Walk the whole corridor on a simulated company and leave a workspace to try things in'
complete -c usher -n "__fish_usher_needs_command" -f -a "init" -d 'Make a new workspace: a usher.yaml with what is known already'
complete -c usher -n "__fish_usher_needs_command" -f -a "connect" -d 'Add an instance of an app to the workspace and test its credentials'
complete -c usher -n "__fish_usher_needs_command" -f -a "doctor" -d 'Check everything and say what is wrong'
complete -c usher -n "__fish_usher_needs_command" -f -a "coverage" -d 'Which instances can be read, changed and shut, by what, and how fresh the reads are'
complete -c usher -n "__fish_usher_needs_command" -f -a "app" -d 'The catalogue of apps'
complete -c usher -n "__fish_usher_needs_command" -f -a "read" -d 'Read accounts, entitlements and people of the instances'
complete -c usher -n "__fish_usher_needs_command" -f -a "query" -d 'A named read of an instance that is not about identity: one JSON object a line'
complete -c usher -n "__fish_usher_needs_command" -f -a "findings" -d 'What differs between what is and what should be; with --people and --accounts from bare files, without a workspace'
complete -c usher -n "__fish_usher_needs_command" -f -a "account" -d 'One account: show it, or decide whose or what it is'
complete -c usher -n "__fish_usher_needs_command" -f -a "who" -d 'Who has, or had, what: for a person, an instance or an entitlement'
complete -c usher -n "__fish_usher_needs_command" -f -a "plan" -d 'Make a plan from the findings'
complete -c usher -n "__fish_usher_needs_command" -f -a "offboard" -d 'Make a plan that takes one person\'s access away'
complete -c usher -n "__fish_usher_needs_command" -f -a "approve" -d 'Approve or reject plans with an SSH signature'
complete -c usher -n "__fish_usher_needs_command" -f -a "apply" -d 'Carry out an approved plan, or go on with its run'
complete -c usher -n "__fish_usher_needs_command" -f -a "run" -d 'Look at runs, or go on with one'
complete -c usher -n "__fish_usher_needs_command" -f -a "serve" -d 'Read by cadence and carry out runs, day and night; answers /healthz, /readyz and /metrics'
complete -c usher -n "__fish_usher_needs_command" -f -a "worker" -d 'Carry out the steps of runs that wait, here and now; any number of them, on any machine that reaches the store'
complete -c usher -n "__fish_usher_needs_command" -f -a "task" -d 'Tasks for people'
complete -c usher -n "__fish_usher_needs_command" -f -a "evidence" -d 'Hand evidence over, check it, give an anchor to keep elsewhere'
complete -c usher -n "__fish_usher_needs_command" -f -a "store" -d 'Look after the store: check it, copy it, back it up'
complete -c usher -n "__fish_usher_needs_command" -f -a "completions" -d 'Write shell completions to stdout'
complete -c usher -n "__fish_usher_needs_command" -f -a "reference" -d 'Write the command reference, man pages and completions into a directory'
complete -c usher -n "__fish_usher_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand demo" -l people -d 'How many people the simulated company has' -r
complete -c usher -n "__fish_usher_using_subcommand demo" -l seed -d 'The same seed makes the same company' -r
complete -c usher -n "__fish_usher_using_subcommand demo" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand demo" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand demo" -l yes -d 'Do not ask, and do not wait between the stations'
complete -c usher -n "__fish_usher_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand demo" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand init" -l company -d 'The company\'s name' -r
complete -c usher -n "__fish_usher_using_subcommand init" -l domain -d 'A domain whose addresses prove identity; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand init" -l people -d 'An export of the HR system' -r -F
complete -c usher -n "__fish_usher_using_subcommand init" -l accounts -d 'A folder with exports of apps' -r -F
complete -c usher -n "__fish_usher_using_subcommand init" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand init" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand init" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand connect" -l name -d 'The instance\'s name; the app\'s name if not given' -r
complete -c usher -n "__fish_usher_using_subcommand connect" -l config -d 'A value that the app asks for; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand connect" -l secret -d 'Where a secret is kept: env:NAME or file:PATH, never the secret itself' -r
complete -c usher -n "__fish_usher_using_subcommand connect" -l owner -d 'Who answers for this instance' -r
complete -c usher -n "__fish_usher_using_subcommand connect" -l mode -d 'observe: read and find; propose: steps may be planned; enforce: the scheduler applies what is approved' -r -f -a "observe\t''
propose\t''
enforce\t''"
complete -c usher -n "__fish_usher_using_subcommand connect" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand connect" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand connect" -l untested -d 'Write it down although the test failed'
complete -c usher -n "__fish_usher_using_subcommand connect" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand connect" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand doctor" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand doctor" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand doctor" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand coverage" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand coverage" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand coverage" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand coverage" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "list" -d 'The apps of the catalogue, or those that fit a question'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "show" -d 'The facts, operations and keys of one app, as they stand in its manifest'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "search" -d 'Find apps by words of their facts: all of the words must be said somewhere'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "guide" -d 'What is known about managing users in an app, from where and since when, and what is not known: a page'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "site" -d 'The guides of all apps as a static site that works from its folder'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "check" -d 'Check manifests: every problem at once, with its line'
complete -c usher -n "__fish_usher_using_subcommand app; and not __fish_seen_subcommand_from list show search guide site check help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l name -d 'Its name holds this' -r
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l way -d 'An operation goes this way: http, scim, ldap, sql, browser, csv, human' -r
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l automation -d 'How far it is automated: full, partial, manual_only, not_supported' -r
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l unknown -d 'This fact is not known; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l source -d 'A source whose name or address holds this is cited' -r
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from show" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from show" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from search" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from search" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from search" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from guide" -l out -d 'Write it to this file instead of stdout' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from guide" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from guide" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from guide" -l html -d 'As one HTML file that needs nothing else; Markdown if left out'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from guide" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from guide" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from site" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from site" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from site" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from check" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from check" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from check" -l stale -d 'Also list the facts that were seen more than 180 days ago'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "list" -d 'The apps of the catalogue, or those that fit a question'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "show" -d 'The facts, operations and keys of one app, as they stand in its manifest'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "search" -d 'Find apps by words of their facts: all of the words must be said somewhere'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "guide" -d 'What is known about managing users in an app, from where and since when, and what is not known: a page'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "site" -d 'The guides of all apps as a static site that works from its folder'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "check" -d 'Check manifests: every problem at once, with its line'
complete -c usher -n "__fish_usher_using_subcommand app; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand read" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand read" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand read" -l accept-shrink -d 'A file is much smaller than the last one, and that is right'
complete -c usher -n "__fish_usher_using_subcommand read" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand read" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand query" -l since -d 'Beginning of a time window (RFC 3339); 24 hours ago if not given' -r
complete -c usher -n "__fish_usher_using_subcommand query" -l until -d 'End of a time window (RFC 3339); now if not given' -r
complete -c usher -n "__fish_usher_using_subcommand query" -l with -d 'A further value that the query asks for' -r
complete -c usher -n "__fish_usher_using_subcommand query" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand query" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand query" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand query" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l people -d 'People: an export of the HR system (with --accounts: no workspace is needed)' -r -F
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l accounts -d 'Accounts: a folder with exports of apps, one file an app, or one file' -r -F
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l as-of -d 'The day to judge by; today if not given' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l rule -d 'Only this rule; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l instance -d 'Only this instance; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l dates -d 'Order of dates like 03/04/2026 where the files leave it open' -r -f -a "dmy\t''
mdy\t''"
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l column -d 'Which column holds what, where the headers leave it open: status="User Status"' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l summary -d 'Only numbers'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l all -d 'Every finding, also those that are accepted, and no list cut short'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l explain -d 'Say how each file was read: what was taken for what, what was left out'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -l fail -d 'Exit with 3 if there are findings'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -f -a "accept" -d 'Let findings stand until a date, with a reason. Ends early when the facts behind one change'
complete -c usher -n "__fish_usher_using_subcommand findings; and not __fish_seen_subcommand_from accept help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l rule -d 'With --all: only this rule' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l instance -d 'With --all: only this instance' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l until -d 'Until when (at most 365 days)' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l reason -d 'Why' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l by -d 'Who decides' -r
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -l all -d 'All that are open now, but for critical ones: the baseline of day one, at most 90 days'
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from accept" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from help" -f -a "accept" -d 'Let findings stand until a date, with a reason. Ends early when the facts behind one change'
complete -c usher -n "__fish_usher_using_subcommand findings; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -f -a "show" -d 'Everything known about one account'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -f -a "link" -d 'Say whose account it is. No lap undoes it'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -f -a "unlink" -d 'Say that it is nobody\'s that rules would find. No lap links it again'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -f -a "classify" -d 'Say what it is: human, guest, service, shared, system or agent'
complete -c usher -n "__fish_usher_using_subcommand account; and not __fish_seen_subcommand_from show link unlink classify help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from show" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from show" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -l person -d 'Address, employee number or id of the person' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -l by -d 'Who decides' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -l reason -d 'Why' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from link" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from unlink" -l by -d 'Who decides' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from unlink" -l reason -d 'Why' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from unlink" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from unlink" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from unlink" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from unlink" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l kind -d 'What it is' -r -f -a "human\t''
guest\t''
service\t''
shared\t''
system\t''
agent\t''"
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l purpose -d 'primary, privileged, test …' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l owner -d 'An owner; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l by -d 'Who decides' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l reason -d 'Why' -r
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from classify" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "show" -d 'Everything known about one account'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "link" -d 'Say whose account it is. No lap undoes it'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "unlink" -d 'Say that it is nobody\'s that rules would find. No lap links it again'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "classify" -d 'Say what it is: human, guest, service, shared, system or agent'
complete -c usher -n "__fish_usher_using_subcommand account; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand who" -l at -d 'As of an earlier time (RFC 3339, or a date)' -r
complete -c usher -n "__fish_usher_using_subcommand who" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand who" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand who" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand who" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand plan" -l person -d 'Only for this person; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand plan" -l instance -d 'Only in this instance; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand plan" -l without -d 'Not for this person; may be given several times' -r
complete -c usher -n "__fish_usher_using_subcommand plan" -l out -d 'Also write the plan file here (a directory where there are several)' -r -F
complete -c usher -n "__fish_usher_using_subcommand plan" -l override -d 'Override this guard in this plan; the plan names whom it frees, and policy\'s override group must sign' -r
complete -c usher -n "__fish_usher_using_subcommand plan" -l by -d 'Who asks; they can\'t approve it' -r
complete -c usher -n "__fish_usher_using_subcommand plan" -l reason -d 'Why: a ticket, no names' -r
complete -c usher -n "__fish_usher_using_subcommand plan" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand plan" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand plan" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand plan" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand offboard" -l by -d 'Who asks; they can\'t approve it' -r
complete -c usher -n "__fish_usher_using_subcommand offboard" -l reason -d 'Why: a ticket, no names' -r
complete -c usher -n "__fish_usher_using_subcommand offboard" -l out -d 'Also write the plan file here' -r -F
complete -c usher -n "__fish_usher_using_subcommand offboard" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand offboard" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand offboard" -l now -d 'Do not wait for HR: an emergency that --by asks for and others approve'
complete -c usher -n "__fish_usher_using_subcommand offboard" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand offboard" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand approve" -l reason -d 'Your own reason, no names' -r
complete -c usher -n "__fish_usher_using_subcommand approve" -l key -d 'Your key: a private key file, or a .pub whose other half is in the ssh agent' -r -F
complete -c usher -n "__fish_usher_using_subcommand approve" -l by -d 'Who you are, where the key does not say it' -r
complete -c usher -n "__fish_usher_using_subcommand approve" -l signature -d 'A signature made elsewhere over the printed message; - is stdin' -r -F
complete -c usher -n "__fish_usher_using_subcommand approve" -l message -d 'The printed message, if it is not beside the signature' -r -F
complete -c usher -n "__fish_usher_using_subcommand approve" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand approve" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand approve" -l all -d 'All plans that are open'
complete -c usher -n "__fish_usher_using_subcommand approve" -l reject -d 'Reject instead: final for this plan'
complete -c usher -n "__fish_usher_using_subcommand approve" -l print -d 'Print the message to sign elsewhere'
complete -c usher -n "__fish_usher_using_subcommand approve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand approve" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand apply" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand apply" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand apply" -l detach -d 'Only open the run; workers carry it out'
complete -c usher -n "__fish_usher_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand apply" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -f -a "list" -d 'All runs, the newest first'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -f -a "show" -d 'One run, step by step'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -f -a "resume" -d 'Go on with a run that was interrupted, waits or is paused'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -f -a "pause" -d 'Hold a run: the step in flight ends, no further one begins, on whatever machine'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -f -a "cancel" -d 'End a run: what was sent is read back, what has not begun is not done, tasks are withdrawn'
complete -c usher -n "__fish_usher_using_subcommand run; and not __fish_seen_subcommand_from list show resume pause cancel help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from list" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from list" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from show" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from show" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from resume" -l by -d 'Who lets a paused run go on; needed only then' -r
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from resume" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from resume" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from resume" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from resume" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from pause" -l by -d 'Who holds it' -r
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from pause" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from pause" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from pause" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from pause" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from cancel" -l by -d 'Who ends it' -r
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from cancel" -l reason -d 'Why, for those who look at it later' -r
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from cancel" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from cancel" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from cancel" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "list" -d 'All runs, the newest first'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "show" -d 'One run, step by step'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "resume" -d 'Go on with a run that was interrupted, waits or is paused'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "pause" -d 'Hold a run: the step in flight ends, no further one begins, on whatever machine'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "cancel" -d 'End a run: what was sent is read back, what has not begun is not done, tasks are withdrawn'
complete -c usher -n "__fish_usher_using_subcommand run; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand serve" -l listen -d 'Where it listens, for /healthz, /readyz and /metrics. There is no sign-in: another address than this machine\'s own is for a proxy that has one' -r
complete -c usher -n "__fish_usher_using_subcommand serve" -l name -d 'Who holds a lane, in messages; made from the machine and the process where it is left out' -r
complete -c usher -n "__fish_usher_using_subcommand serve" -l lanes -d 'How many lanes at a time' -r
complete -c usher -n "__fish_usher_using_subcommand serve" -l drain -d 'How long the steps in flight may take to end after SIGTERM or Ctrl-C, in seconds' -r
complete -c usher -n "__fish_usher_using_subcommand serve" -l log-format -d 'How it says what it does, on stderr; USHER_LOG filters it (info, debug, usher_connect=debug)' -r -f -a "human\t'A line for people'
json\t'A JSON object a line'"
complete -c usher -n "__fish_usher_using_subcommand serve" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand serve" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand serve" -l once -d 'End once nothing is due'
complete -c usher -n "__fish_usher_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand serve" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand worker" -l name -d 'Who holds a lane, in messages; made from the machine and the process where it is left out' -r
complete -c usher -n "__fish_usher_using_subcommand worker" -l lanes -d 'How many lanes at a time' -r
complete -c usher -n "__fish_usher_using_subcommand worker" -l drain -d 'How long the steps in flight may take to end after SIGTERM or Ctrl-C, in seconds' -r
complete -c usher -n "__fish_usher_using_subcommand worker" -l log-format -d 'How it says what it does, on stderr; USHER_LOG filters it (info, debug, usher_connect=debug)' -r -f -a "human\t'A line for people'
json\t'A JSON object a line'"
complete -c usher -n "__fish_usher_using_subcommand worker" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand worker" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand worker" -l once -d 'End once nothing is due'
complete -c usher -n "__fish_usher_using_subcommand worker" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand worker" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -f -a "list" -d 'What waits for people'
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -f -a "show" -d 'One task: what to do, what to copy, what proves it done'
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -f -a "done" -d 'Say that it is done. Without a read that shows it, it counts as attested'
complete -c usher -n "__fish_usher_using_subcommand task; and not __fish_seen_subcommand_from list show done help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from list" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from list" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from show" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from show" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from done" -l by -d 'Who did it' -r
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from done" -l note -d 'Answers to what the task asks, or what happened' -r
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from done" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from done" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from done" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from done" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from help" -f -a "list" -d 'What waits for people'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from help" -f -a "show" -d 'One task: what to do, what to copy, what proves it done'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from help" -f -a "done" -d 'Say that it is done. Without a read that shows it, it counts as attested'
complete -c usher -n "__fish_usher_using_subcommand task; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -f -a "export" -d 'Write a bundle that an auditor can check offline'
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -f -a "verify" -d 'Check a bundle, offline'
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -f -a "checkpoint" -d 'Print a signed checkpoint of the log, to keep where the operator can\'t write'
complete -c usher -n "__fish_usher_using_subcommand evidence; and not __fish_seen_subcommand_from export verify checkpoint help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from export" -l out -d 'The directory; it must not exist' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from export" -l for -d 'The words that the auditor gave: they prove that this bundle is fresh' -r
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from export" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from export" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from export" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -l key -d 'The log\'s public key that you were given at the start' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -l anchor -d 'A checkpoint that you received earlier; may be given several times' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -l for -d 'The words that you asked to be put in' -r
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from checkpoint" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from checkpoint" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from checkpoint" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from checkpoint" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write a bundle that an auditor can check offline'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "verify" -d 'Check a bundle, offline'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "checkpoint" -d 'Print a signed checkpoint of the log, to keep where the operator can\'t write'
complete -c usher -n "__fish_usher_using_subcommand evidence; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -f -a "check" -d 'Look at everything: bytes, digests, rows that belong to nothing, runs and plans that can\'t be. Repairs nothing'
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -f -a "copy" -d 'Copy a whole store into a new one of any kind, and compare both. A copy that was interrupted goes on with the same command'
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -f -a "backup" -d 'Write the store, as it is at one moment, into a new SQLite file; others go on working meanwhile'
complete -c usher -n "__fish_usher_using_subcommand store; and not __fish_seen_subcommand_from check copy backup help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from check" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from check" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from check" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from copy" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from copy" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from copy" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from backup" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from backup" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from backup" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "check" -d 'Look at everything: bytes, digests, rows that belong to nothing, runs and plans that can\'t be. Repairs nothing'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "copy" -d 'Copy a whole store into a new one of any kind, and compare both. A copy that was interrupted goes on with the same command'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "backup" -d 'Write the store, as it is at one moment, into a new SQLite file; others go on working meanwhile'
complete -c usher -n "__fish_usher_using_subcommand store; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand completions" -l dir -d 'The workspace: the directory with usher.yaml' -r -F
complete -c usher -n "__fish_usher_using_subcommand completions" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand completions" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand reference" -l format -d 'For people, or one JSON document' -r -f -a "human\t'For people'
json\t'One JSON document with "version": 1'"
complete -c usher -n "__fish_usher_using_subcommand reference" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c usher -n "__fish_usher_using_subcommand reference" -s V -l version -d 'Print version'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "demo" -d 'Walk the whole corridor on a simulated company and leave a workspace to try things in'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "init" -d 'Make a new workspace: a usher.yaml with what is known already'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "connect" -d 'Add an instance of an app to the workspace and test its credentials'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "doctor" -d 'Check everything and say what is wrong'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "coverage" -d 'Which instances can be read, changed and shut, by what, and how fresh the reads are'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "app" -d 'The catalogue of apps'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "read" -d 'Read accounts, entitlements and people of the instances'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "query" -d 'A named read of an instance that is not about identity: one JSON object a line'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "findings" -d 'What differs between what is and what should be; with --people and --accounts from bare files, without a workspace'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "account" -d 'One account: show it, or decide whose or what it is'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "who" -d 'Who has, or had, what: for a person, an instance or an entitlement'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "plan" -d 'Make a plan from the findings'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "offboard" -d 'Make a plan that takes one person\'s access away'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "approve" -d 'Approve or reject plans with an SSH signature'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "apply" -d 'Carry out an approved plan, or go on with its run'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "run" -d 'Look at runs, or go on with one'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "serve" -d 'Read by cadence and carry out runs, day and night; answers /healthz, /readyz and /metrics'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "worker" -d 'Carry out the steps of runs that wait, here and now; any number of them, on any machine that reaches the store'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "task" -d 'Tasks for people'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "evidence" -d 'Hand evidence over, check it, give an anchor to keep elsewhere'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "store" -d 'Look after the store: check it, copy it, back it up'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "completions" -d 'Write shell completions to stdout'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "reference" -d 'Write the command reference, man pages and completions into a directory'
complete -c usher -n "__fish_usher_using_subcommand help; and not __fish_seen_subcommand_from demo init connect doctor coverage app read query findings account who plan offboard approve apply run serve worker task evidence store completions reference help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from app" -f -a "list" -d 'The apps of the catalogue, or those that fit a question'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from app" -f -a "show" -d 'The facts, operations and keys of one app, as they stand in its manifest'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from app" -f -a "search" -d 'Find apps by words of their facts: all of the words must be said somewhere'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from app" -f -a "guide" -d 'What is known about managing users in an app, from where and since when, and what is not known: a page'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from app" -f -a "site" -d 'The guides of all apps as a static site that works from its folder'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from app" -f -a "check" -d 'Check manifests: every problem at once, with its line'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from findings" -f -a "accept" -d 'Let findings stand until a date, with a reason. Ends early when the facts behind one change'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "show" -d 'Everything known about one account'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "link" -d 'Say whose account it is. No lap undoes it'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "unlink" -d 'Say that it is nobody\'s that rules would find. No lap links it again'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from account" -f -a "classify" -d 'Say what it is: human, guest, service, shared, system or agent'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from run" -f -a "list" -d 'All runs, the newest first'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from run" -f -a "show" -d 'One run, step by step'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from run" -f -a "resume" -d 'Go on with a run that was interrupted, waits or is paused'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from run" -f -a "pause" -d 'Hold a run: the step in flight ends, no further one begins, on whatever machine'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from run" -f -a "cancel" -d 'End a run: what was sent is read back, what has not begun is not done, tasks are withdrawn'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from task" -f -a "list" -d 'What waits for people'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from task" -f -a "show" -d 'One task: what to do, what to copy, what proves it done'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from task" -f -a "done" -d 'Say that it is done. Without a read that shows it, it counts as attested'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from evidence" -f -a "export" -d 'Write a bundle that an auditor can check offline'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from evidence" -f -a "verify" -d 'Check a bundle, offline'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from evidence" -f -a "checkpoint" -d 'Print a signed checkpoint of the log, to keep where the operator can\'t write'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "check" -d 'Look at everything: bytes, digests, rows that belong to nothing, runs and plans that can\'t be. Repairs nothing'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "copy" -d 'Copy a whole store into a new one of any kind, and compare both. A copy that was interrupted goes on with the same command'
complete -c usher -n "__fish_usher_using_subcommand help; and __fish_seen_subcommand_from store" -f -a "backup" -d 'Write the store, as it is at one moment, into a new SQLite file; others go on working meanwhile'
