import ArgumentParser
import Literals

/// Prints what a shell reads to complete command lines.
struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Print completion for a shell: bash, zsh or fish.",
    usage: "run-hyper completion <shell>",
    discussion: """
      Examples:
        run-hyper completion bash >> ~/.bashrc
        run-hyper completion zsh > ~/.zfunc/_run-hyper
        run-hyper completion fish > ~/.config/fish/completions/run-hyper.fish

      zsh reads ~/.zfunc if the line  fpath+=~/.zfunc  stands before compinit in
      ~/.zshrc.
      """)

  @Argument(help: "The shell.")
  var shell: CompletionScript

  func run() throws { Output.result(shell.text) }
}
