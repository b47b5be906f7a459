import ArgumentParser

/// What a shell reads to complete command lines of this program.
///
/// Each script asks the program (`CompletionAnswer`), so it knows what the program knows and need not change with it.
/// Nothing that was typed, and nothing that the program answers, is evaluated.
enum CompletionScript: String, CaseIterable, ExpressibleByArgument {
  case bash, zsh, fish

  var text: String {
    switch self {
    case .bash: Self.bashText
    case .zsh: Self.zshText
    case .fish: Self.fishText
    }
  }

  private static let bashText = #"""
    # Completion of run-hyper for bash, which `run-hyper completion bash` prints.
    _run_hyper() {
      COMPREPLY=()
      local program=$1 answer=()
      [[ $program != '~/'* ]] || program=$HOME/${program#'~/'}
      [[ $(type -t -- "$program") == file ]] || program=run-hyper
      mapfile -t answer < <(command -- "$program" __complete bash "${COMP_WORDBREAKS-}" "${COMP_LINE:0:COMP_POINT}" 2>/dev/null </dev/null)
      case ${answer[0]-} in
        words*)
          compopt -o nospace 2>/dev/null || :
          COMPREPLY=("${answer[@]:1}")
          ;;
        files*) compopt -o default 2>/dev/null || : ;;
        folders*) compopt -o dirnames 2>/dev/null || : ;;
      esac
    }
    complete -F _run_hyper run-hyper
    """#

  private static let zshText = #"""
    #compdef run-hyper
    # Completion of run-hyper for zsh, which `run-hyper completion zsh` prints.
    _run_hyper() {
      local program=${(Q)words[1]} tab=$'\t' typed=$IPREFIX$PREFIX line text kept
      local -a answer open_texts open_notes texts notes
      [[ $program != '~/'* ]] || program=$HOME/${program#'~/'}
      whence -p -- $program >/dev/null || program=run-hyper
      answer=("${(@f)$(command -- $program __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)typed}" 2>/dev/null </dev/null)}")
      kept=${answer[1]#*$tab}
      case ${answer[1]%%$tab*} in
        words)
          for line in "${(@)answer[2,-1]}"; do
            text=${line%%$tab*}
            line=${line#*$tab}
            if [[ $text == *= ]]; then
              open_texts+=("$text")
              open_notes+=("${text#$kept}${line:+  -- $line}")
            else
              texts+=("$text")
              notes+=("${text#$kept}${line:+  -- $line}")
            fi
          done
          (( $#texts == 0 )) || compadd -l -d notes -a -- texts
          (( $#open_texts == 0 )) || compadd -l -S '' -d open_notes -a -- open_texts
          ;;
        files)
          compset -P ${(b)kept}
          _files
          ;;
        folders)
          compset -P ${(b)kept}
          _files -/
          ;;
      esac
    }
    if [[ ${funcstack[1]-} == _run-hyper ]]; then _run_hyper "$@"; else compdef _run_hyper run-hyper; fi
    """#

  private static let fishText = #"""
    # Completion of run-hyper for fish, which `run-hyper completion fish` prints.
    function __run_hyper_complete
        set -l words (commandline -opc)
        while string match -qr '^[A-Za-z_][A-Za-z_0-9]*=' -- $words[1]
            set -e words[1]
        end
        set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
        command -q -- $program; or set program run-hyper
        set -l current (commandline -ct | string unescape)
        test (count $current) -gt 0; or set current (commandline -ct)
        set -l answer (command $program __complete fish $words[2..] "$current" 2>/dev/null </dev/null)
        set -l kept (string split -m 1 \t -- $answer[1])[2]
        switch "$answer[1]"
            case 'words*'
                printf '%s\n' $answer[2..]
            case 'files*'
                __fish_complete_path (string replace -- "$kept" '' "$current") | string replace -r '^' -- "$kept"
            case 'folders*'
                __fish_complete_directories (string replace -- "$kept" '' "$current") | string replace -r '^' -- "$kept"
        end
    end
    complete -c run-hyper -f -a '(__run_hyper_complete)'
    """#
}
