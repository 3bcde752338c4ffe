#!/bin/bash

__aor_cursor_index_in_current_word() {
    local remaining="${COMP_LINE}"

    local word
    for word in "${COMP_WORDS[@]::COMP_CWORD}"; do
        remaining="${remaining##*([[:space:]])"${word}"*([[:space:]])}"
    done

    local -ir index="$((COMP_POINT - ${#COMP_LINE} + ${#remaining}))"
    if [[ "${index}" -le 0 ]]; then
        printf 0
    else
        printf %s "${index}"
    fi
}

# positional arguments:
#
# - 1: the current (sub)command's count of positional arguments
#
# required variables:
#
# - repeating_flags: the repeating flags that the current (sub)command can accept
# - non_repeating_flags: the non-repeating flags that the current (sub)command can accept
# - repeating_options: the repeating options that the current (sub)command can accept
# - non_repeating_options: the non-repeating options that the current (sub)command can accept
# - positional_number: value ignored
# - unparsed_words: unparsed words from the current command line
#
# modified variables:
#
# - non_repeating_flags: remove flags for this (sub)command that are already on the command line
# - non_repeating_options: remove options for this (sub)command that are already on the command line
# - positional_number: set to the current positional number
# - unparsed_words: remove all flags, options, and option values for this (sub)command
__aor_offer_flags_options() {
    local -ir positional_count="${1}"
    positional_number=0

    local was_flag_option_terminator_seen=false
    local is_parsing_option_value=false

    local -ar unparsed_word_indices=("${!unparsed_words[@]}")
    local -i word_index
    for word_index in "${unparsed_word_indices[@]}"; do
        if "${is_parsing_option_value}"; then
            # This word is an option value:
            # Reset marker for next word iff not currently the last word
            [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]] && is_parsing_option_value=false
            unset "unparsed_words[${word_index}]"
            # Do not process this word as a flag or an option
            continue
        fi

        local word="${unparsed_words["${word_index}"]}"
        if ! "${was_flag_option_terminator_seen}"; then
            case "${word}" in
            --)
                unset "unparsed_words[${word_index}]"
                # by itself -- is a flag/option terminator, but if it is the last word, it is the start of a completion
                if [[ "${word_index}" -ne "${unparsed_word_indices[${#unparsed_word_indices[@]} - 1]}" ]]; then
                    was_flag_option_terminator_seen=true
                fi
                continue
                ;;
            -*)
                # ${word} is a flag or an option
                # If ${word} is an option, mark that the next word to be parsed is an option value
                local option
                for option in "${repeating_options[@]}" "${non_repeating_options[@]}"; do
                    [[ "${word}" = "${option}" ]] && is_parsing_option_value=true && break
                done

                # Remove ${word} from ${non_repeating_flags} or ${non_repeating_options} so it isn't offered again
                local not_found=true
                local -i index
                for index in "${!non_repeating_flags[@]}"; do
                    if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                        unset "non_repeating_flags[${index}]"
                        non_repeating_flags=("${non_repeating_flags[@]}")
                        not_found=false
                        break
                    fi
                done
                if "${not_found}"; then
                    for index in "${!non_repeating_flags[@]}"; do
                        if [[ "${non_repeating_flags[${index}]}" = "${word}" ]]; then
                            unset "non_repeating_flags[${index}]"
                            non_repeating_flags=("${non_repeating_flags[@]}")
                            break
                        fi
                    done
                fi
                unset "unparsed_words[${word_index}]"
                continue
                ;;
            esac
        fi

        # ${word} is neither a flag, nor an option, nor an option value
        if [[ "${positional_number}" -lt "${positional_count}" || "${positional_count}" -lt 0 ]]; then
            # ${word} is a positional
            ((positional_number++))
            unset "unparsed_words[${word_index}]"
        else
            if [[ -z "${word}" ]]; then
                # Could be completing a flag, option, or subcommand
                positional_number=-1
            else
                # ${word} is a subcommand or invalid, so stop processing this (sub)command
                positional_number=-2
            fi
            break
        fi
    done

    unparsed_words=("${unparsed_words[@]}")

    if\
        ! "${was_flag_option_terminator_seen}"\
        && ! "${is_parsing_option_value}"\
        && [[ ("${cur}" = -* && "${positional_number}" -ge 0) || "${positional_number}" -eq -1 ]]
    then
        COMPREPLY+=($(compgen -W "${repeating_flags[*]} ${non_repeating_flags[*]} ${repeating_options[*]} ${non_repeating_options[*]}" -- "${cur}"))
    fi
}

__aor_add_completions() {
    local completion
    while IFS='' read -r completion; do
        COMPREPLY+=("${completion}")
    done < <(IFS=$'\n' compgen "${@}" -- "${cur}")
}

__aor_custom_complete() {
    if [[ -n "${cur}" || -z ${COMP_WORDS[${COMP_CWORD}]} || "${COMP_LINE:${COMP_POINT}:1}" != ' ' ]]; then
        local -ar words=("${COMP_WORDS[@]}")
    else
        local -ar words=("${COMP_WORDS[@]::${COMP_CWORD}}" '' "${COMP_WORDS[@]:${COMP_CWORD}}")
    fi

    "${COMP_WORDS[0]}" "${@}" "${words[@]}"
}

_aor() {
    local state
    state="$(shopt -p;shopt -po)"
    trap "${state//$'\n'/;}" RETURN
    shopt -s extglob
    set +o history +o posix

    local -xr SAP_SHELL=bash
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(IFS='.';printf %s "${BASH_VERSINFO[*]}")"
    local -r SAP_SHELL_VERSION

    local -r cur="${2}"
    local -r prev="${3}"

    local -i positional_number
    local -a unparsed_words=("${COMP_WORDS[@]:1:${COMP_CWORD}}")

    local -a repeating_flags=()
    local -a non_repeating_flags=(-h --help)
    local -a repeating_options=()
    local -a non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    provider|account|group|route|model|serve|status|logs|echo|translate|config|completion|version|help|help)
        # Offer subcommand argument completions
        "_aor_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'provider account group route model serve status logs echo translate config completion version help help' -- "${cur}"))
        ;;
    esac
}

_aor_provider() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    add|list|show|edit|remove|test|models|presets|enable|disable)
        # Offer subcommand argument completions
        "_aor_provider_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'add list show edit remove test models presets enable disable' -- "${cur}"))
        ;;
    esac
}

_aor_provider_add() {
    repeating_flags=()
    non_repeating_flags=(--token-stdin --no-token --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--preset --protocol --base-url --auth --token-env --models --proxy --proxy-env --json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--preset')
        __aor_add_completions -W 'anthropic'$'\n''openai'$'\n''gemini'$'\n''deepseek'$'\n''zai'$'\n''zai-coding'$'\n''zhipu'$'\n''zhipu-coding'$'\n''moonshot'$'\n''moonshot-cn'$'\n''minimax'$'\n''minimax-cn'$'\n''qwen'$'\n''qwen-cn'$'\n''siliconflow'$'\n''siliconflow-cn'$'\n''volcengine'$'\n''openrouter'$'\n''vercel'$'\n''groq'$'\n''mistral'$'\n''xai'$'\n''together'$'\n''fireworks'$'\n''cerebras'$'\n''nvidia'$'\n''perplexity'$'\n''github-models'$'\n''ollama-cloud'$'\n''ollama'$'\n''lmstudio'$'\n''llamacpp'$'\n''vllm'
        return
        ;;
    '--protocol')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--base-url')
        return
        ;;
    '--auth')
        return
        ;;
    '--token-env')
        return
        ;;
    '--models')
        return
        ;;
    '--proxy')
        return
        ;;
    '--proxy-env')
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W 'anthropic'$'\n''openai'$'\n''gemini'$'\n''deepseek'$'\n''zai'$'\n''zai-coding'$'\n''zhipu'$'\n''zhipu-coding'$'\n''moonshot'$'\n''moonshot-cn'$'\n''minimax'$'\n''minimax-cn'$'\n''qwen'$'\n''qwen-cn'$'\n''siliconflow'$'\n''siliconflow-cn'$'\n''volcengine'$'\n''openrouter'$'\n''vercel'$'\n''groq'$'\n''mistral'$'\n''xai'$'\n''together'$'\n''fireworks'$'\n''cerebras'$'\n''nvidia'$'\n''perplexity'$'\n''github-models'$'\n''ollama-cloud'$'\n''ollama'$'\n''lmstudio'$'\n''llamacpp'$'\n''vllm'
        return
        ;;
    esac
}

_aor_provider_list() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_provider_show() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider show -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_provider_edit() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=(--set)
    non_repeating_options=(--name --protocol --base-url --auth --remove-protocol --models --proxy --proxy-env --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--name')
        return
        ;;
    '--protocol')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--base-url')
        return
        ;;
    '--auth')
        return
        ;;
    '--remove-protocol')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--models')
        return
        ;;
    '--proxy')
        return
        ;;
    '--proxy-env')
        return
        ;;
    '--set')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider edit -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_provider_remove() {
    repeating_flags=()
    non_repeating_flags=(--force --yes -y --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider remove -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_provider_test() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--protocol --model --account --json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--protocol')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--model')
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider test -- --model "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--account')
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider test -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_provider_models() {
    repeating_flags=()
    non_repeating_flags=(--save --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider models -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_provider_presets() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_provider_enable() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider enable -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_provider_disable() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion provider disable -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    add|list|show|remove|rename|enable|disable)
        # Offer subcommand argument completions
        "_aor_account_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'add list show remove rename enable disable' -- "${cur}"))
        ;;
    esac
}

_aor_account_add() {
    repeating_flags=()
    non_repeating_flags=(--token-stdin --replace --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--token-env --proxy --proxy-env --color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--token-env')
        return
        ;;
    '--proxy')
        return
        ;;
    '--proxy-env')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account add -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account_list() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account list -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account_show() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account show -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account_remove() {
    repeating_flags=()
    non_repeating_flags=(--yes -y --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account remove -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account_rename() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 3

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account rename -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account_enable() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account enable -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_account_disable() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion account disable -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_group() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    add|list|show|remove|default)
        # Offer subcommand argument completions
        "_aor_group_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'add list show remove default' -- "${cur}"))
        ;;
    esac
}

_aor_group_add() {
    repeating_flags=()
    non_repeating_flags=(--no-direct --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_group_list() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_group_show() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion group show -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_group_remove() {
    repeating_flags=()
    non_repeating_flags=(--yes -y --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion group remove -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_group_default() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion group default -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_route() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    set|list|remove|move|explain|template)
        # Offer subcommand argument completions
        "_aor_route_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'set list remove move explain template' -- "${cur}"))
        ;;
    esac
}

_aor_route_set() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--group -g --color)
    __aor_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route set -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion route set -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    *)
        __aor_add_completions -W "$(__aor_custom_complete ---completion route set -- positional@1 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_route_list() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--group -g --json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route list -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_route_remove() {
    repeating_flags=()
    non_repeating_flags=(--yes -y --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--group -g --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route remove -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion route remove -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_route_move() {
    repeating_flags=()
    non_repeating_flags=(--first --last --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--before --after --group -g --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--before')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route move -- --before "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--after')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route move -- --after "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route move -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion route move -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_route_explain() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--group -g --protocol --json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route explain -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--protocol')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion route explain -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_route_template() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--group -g --json --color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion route template -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W 'claude-code'$'\n''codex'$'\n''gemini'
        return
        ;;
    2)
        __aor_add_completions -W "$(__aor_custom_complete ---completion route template -- positional@1 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_model() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list)
        # Offer subcommand argument completions
        "_aor_model_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list' -- "${cur}"))
        ;;
    esac
}

_aor_model_list() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W "$(__aor_custom_complete ---completion model list -- positional@0 "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    esac
}

_aor_serve() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--port --host --group --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--port')
        return
        ;;
    '--host')
        return
        ;;
    '--group')
        __aor_add_completions -W "$(__aor_custom_complete ---completion serve -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_status() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_logs() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|show|path)
        # Offer subcommand argument completions
        "_aor_logs_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list show path' -- "${cur}"))
        ;;
    esac
}

_aor_logs_list() {
    repeating_flags=()
    non_repeating_flags=(--follow -f --errors --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(-l --limit --since --until --provider --model --group -g --status --path --session --json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '-l'|'--limit')
        return
        ;;
    '--since')
        return
        ;;
    '--until')
        return
        ;;
    '--provider')
        __aor_add_completions -W "$(__aor_custom_complete ---completion logs list -- --provider "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--model')
        __aor_add_completions -W "$(__aor_custom_complete ---completion logs list -- --model "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--group'|'-g')
        __aor_add_completions -W "$(__aor_custom_complete ---completion logs list -- --group "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--status')
        return
        ;;
    '--path')
        __aor_add_completions -W 'verbatim'$'\n''patched'$'\n''translated'
        return
        ;;
    '--session')
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_logs_show() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_logs_path() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_echo() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--protocol --port --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--protocol')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--port')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_translate() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    request|response|stream|detect)
        # Offer subcommand argument completions
        "_aor_translate_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'request response stream detect' -- "${cur}"))
        ;;
    esac
}

_aor_translate_request() {
    repeating_flags=()
    non_repeating_flags=(--strict --stream --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--from --to --provider --model --losses --batch --out --json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--from')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--to')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--provider')
        __aor_add_completions -W "$(__aor_custom_complete ---completion translate request -- --provider "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--model')
        __aor_add_completions -W "$(__aor_custom_complete ---completion translate request -- --model "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--losses')
        __aor_add_completions -f
        return
        ;;
    '--batch')
        __aor_add_completions -d
        return
        ;;
    '--out')
        __aor_add_completions -d
        return
        ;;
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -f
        return
        ;;
    esac
}

_aor_translate_response() {
    repeating_flags=()
    non_repeating_flags=(--strict --unfold --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--from --to --provider --model --losses --batch --out --json --request --status --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--from')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--to')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--provider')
        __aor_add_completions -W "$(__aor_custom_complete ---completion translate response -- --provider "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--model')
        __aor_add_completions -W "$(__aor_custom_complete ---completion translate response -- --model "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--losses')
        __aor_add_completions -f
        return
        ;;
    '--batch')
        __aor_add_completions -d
        return
        ;;
    '--out')
        __aor_add_completions -d
        return
        ;;
    '--json')
        return
        ;;
    '--request')
        __aor_add_completions -f
        return
        ;;
    '--status')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -f
        return
        ;;
    esac
}

_aor_translate_stream() {
    repeating_flags=()
    non_repeating_flags=(--strict --fold --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--from --to --provider --model --losses --batch --out --json --request --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--from')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--to')
        __aor_add_completions -W 'openai-chat'$'\n''openai-responses'$'\n''anthropic'$'\n''gemini'
        return
        ;;
    '--provider')
        __aor_add_completions -W "$(__aor_custom_complete ---completion translate stream -- --provider "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--model')
        __aor_add_completions -W "$(__aor_custom_complete ---completion translate stream -- --model "${COMP_CWORD}" "$(__aor_cursor_index_in_current_word)")"
        return
        ;;
    '--losses')
        __aor_add_completions -f
        return
        ;;
    '--batch')
        __aor_add_completions -d
        return
        ;;
    '--out')
        __aor_add_completions -d
        return
        ;;
    '--json')
        return
        ;;
    '--request')
        __aor_add_completions -f
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -f
        return
        ;;
    esac
}

_aor_translate_detect() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -f
        return
        ;;
    esac
}

_aor_config() {
    repeating_flags=()
    non_repeating_flags=(-h --help)
    repeating_options=()
    non_repeating_options=()
    __aor_offer_flags_options 0

    # Offer subcommand / subcommand argument completions
    local -r subcommand="${unparsed_words[0]}"
    unset 'unparsed_words[0]'
    unparsed_words=("${unparsed_words[@]}")
    case "${subcommand}" in
    list|get|set|unset|path)
        # Offer subcommand argument completions
        "_aor_config_${subcommand}"
        ;;
    *)
        # Offer subcommand completions
        COMPREPLY+=($(compgen -W 'list get set unset path' -- "${cur}"))
        ;;
    esac
}

_aor_config_list() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_config_get() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W 'server.host'$'\n''server.port'$'\n''server.key'$'\n''server.allowedHosts'$'\n''server.allowedOrigins'$'\n''server.maxBodySize'$'\n''server.maxBodyMemory'$'\n''server.maxConnections'$'\n''server.maxActiveRequests'$'\n''server.headerTimeout'$'\n''server.bodyTimeout'$'\n''server.idleTimeout'$'\n''server.sendTimeout'$'\n''gateway.strict'$'\n''gateway.keepAliveInterval'$'\n''tools.unsupported'$'\n''responses.store'$'\n''responses.maxSize'$'\n''responses.maxAge'$'\n''timeouts.connect'$'\n''timeouts.firstByte'$'\n''timeouts.firstByteStreaming'$'\n''timeouts.idle'$'\n''network.proxy'$'\n''logging.captureBody'$'\n''logging.retentionDays'$'\n''logging.maxSize'
        return
        ;;
    esac
}

_aor_config_set() {
    repeating_flags=()
    non_repeating_flags=(--stdin --no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 2

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W 'server.host'$'\n''server.port'$'\n''server.key'$'\n''server.allowedHosts'$'\n''server.allowedOrigins'$'\n''server.maxBodySize'$'\n''server.maxBodyMemory'$'\n''server.maxConnections'$'\n''server.maxActiveRequests'$'\n''server.headerTimeout'$'\n''server.bodyTimeout'$'\n''server.idleTimeout'$'\n''server.sendTimeout'$'\n''gateway.strict'$'\n''gateway.keepAliveInterval'$'\n''tools.unsupported'$'\n''responses.store'$'\n''responses.maxSize'$'\n''responses.maxAge'$'\n''timeouts.connect'$'\n''timeouts.firstByte'$'\n''timeouts.firstByteStreaming'$'\n''timeouts.idle'$'\n''network.proxy'$'\n''logging.captureBody'$'\n''logging.retentionDays'$'\n''logging.maxSize'
        return
        ;;
    esac
}

_aor_config_unset() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W 'server.host'$'\n''server.port'$'\n''server.key'$'\n''server.allowedHosts'$'\n''server.allowedOrigins'$'\n''server.maxBodySize'$'\n''server.maxBodyMemory'$'\n''server.maxConnections'$'\n''server.maxActiveRequests'$'\n''server.headerTimeout'$'\n''server.bodyTimeout'$'\n''server.idleTimeout'$'\n''server.sendTimeout'$'\n''gateway.strict'$'\n''gateway.keepAliveInterval'$'\n''tools.unsupported'$'\n''responses.store'$'\n''responses.maxSize'$'\n''responses.maxAge'$'\n''timeouts.connect'$'\n''timeouts.firstByte'$'\n''timeouts.firstByteStreaming'$'\n''timeouts.idle'$'\n''network.proxy'$'\n''logging.captureBody'$'\n''logging.retentionDays'$'\n''logging.maxSize'
        return
        ;;
    esac
}

_aor_config_path() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_completion() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options 1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    1)
        __aor_add_completions -W 'bash'$'\n''zsh'$'\n''fish'
        return
        ;;
    esac
}

_aor_version() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--json --color)
    __aor_offer_flags_options 0

    # Offer option value completions
    case "${prev}" in
    '--json')
        return
        ;;
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac
}

_aor_help() {
    repeating_flags=()
    non_repeating_flags=(--no-pager --quiet -q -h --help)
    repeating_options=()
    non_repeating_options=(--color)
    __aor_offer_flags_options -1

    # Offer option value completions
    case "${prev}" in
    '--color')
        __aor_add_completions -W 'auto'$'\n''always'$'\n''never'
        return
        ;;
    esac

    # Offer positional completions
    case "${positional_number}" in
    *)
        __aor_add_completions -W 'environment'$'\n''exit-codes'$'\n''formatting'$'\n''routing'$'\n''protocols'
        return
        ;;
    esac
}

_aor_help() {
    :
}

complete -o filenames -F _aor aor
