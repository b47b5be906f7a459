import Foundation
import Testing

/// The archive that `scripts/package` makes, here around the program of these tests, which needs Swift's libraries.
///
/// `scripts/check-package` is the long form: it tries the real package in a minimal Debian.
@Suite struct PackageTests {
  /// Runs a line of bash with the functions of `scripts/package`, in `folder`.
  private static func shell(
    _ line: String, _ arguments: [String] = [], environment: [String: String] = [:], in folder: URL
  ) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let functions =
      "set -euo pipefail; root=$0; . \"$root/scripts/lib/setup.bash\"; . \"$root/scripts/lib/package.bash\""
    process.arguments = ["bash", "-c", "\(functions); \(line)", Program.home.path] + arguments
    process.currentDirectoryURL = folder
    var variables = ProcessInfo.processInfo.environment
    for name in ["RUN_HYPER_COMMAND", "RUN_HYPER_HOME", "RUN_HYPER_CPU"] { variables[name] = nil }
    process.environment = variables.merging(environment) { $1 }
    return try Program.output(of: process)
  }

  private static func sources() throws -> String {
    URL(fileURLWithPath: try Program.path).resolvingSymlinksInPath().pathComponents.dropLast(3)
      .joined(separator: "/").dropFirst() + "/checkouts"
  }

  /// A folder with an archive in it, `a.tar.gz`, and what was in that, in the folder `my package`.
  private static func unpacked() throws -> Program {
    let program = try Program()
    let made = try shell(
      "make_archive \"$1\" x86-64-v3 \"$2\" a.tar.gz; tar -xf a.tar.gz; mv run-hyper-*-linux-x86-64-v3 'my package'",
      [Program.path, sources()], in: program.folder)
    #expect(made.status == 0, "\(made.text)")
    return program
  }

  @Test func `The same program gives the same archive, byte for byte`() throws {
    let program = try Self.unpacked()
    let again = try Self.shell(
      "umask 077; make_archive \"$1\" x86-64-v3 \"$2\" b.tar.gz; cmp a.tar.gz b.tar.gz",
      [Program.path, Self.sources()], in: program.folder)
    #expect(again.status == 0, "\(again.text)")
  }

  @Test func `A package has what it runs on, and a license for each part`() throws {
    let program = try Self.unpacked()
    for file in ["run-hyper", "lib/run-hyper", "hyper.test", "datasets/grocery/grocery.inter", "LICENSE", "PACKAGE.md"]
    {
      #expect(program.exists("my package/\(file)"), "\(file)")
    }
    for part in ["GRDB.swift", "ICU", "LibYAML", "Swift", "Yams", "swift-argument-parser", "swift-crypto"] {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: program.folder.appendingPathComponent("my package/licenses/\(part)").path)
      #expect(files.contains { $0.hasPrefix("LICENSE") }, "\(part)")
    }
    #expect(!program.exists("my package/datasets/ml-100k"))
    let package = program.folder.appendingPathComponent("my package")
    for file in ["README.md", "PACKAGE.md"] {
      let text = try String(contentsOf: package.appendingPathComponent(file), encoding: .utf8)
      for link in text.matches(of: #/\]\((?<path>[^)#: ]+)[^)]*\)/#) where !link.output.0.contains("://") {
        #expect(program.exists("my package/\(link.output.path)"), "\(file): \(link.output.0)")
      }
    }
  }

  @Test func `A package has completion for three shells, and a man page`() throws {
    let program = try Self.unpacked()
    for (file, arguments) in [
      ("bash-completion/completions/run-hyper", ["completion", "bash"]),
      ("zsh/site-functions/_run-hyper", ["completion", "zsh"]),
      ("fish/vendor_completions.d/run-hyper.fish", ["completion", "fish"]), ("man/man1/run-hyper.1", ["manual"]),
    ] {
      let path = program.folder.appendingPathComponent("my package/share/\(file)")
      #expect(try String(contentsOf: path, encoding: .utf8) == program.run(arguments).output, "\(file)")
    }
    let bash = """
      source 'my package/share/bash-completion/completions/run-hyper'; COMP_LINE="$1 --al" COMP_POINT=$((${#1} + 5))
      _run_hyper "$1"; printf '%s ' "${COMPREPLY[@]}"
      """
    let called = try Self.shell(
      "ln -s 'my package' p; set -- p/run-hyper; \(bash)", environment: ["RUN_HYPER_COMPLETION_SECONDS": "600"],
      in: program.folder)
    #expect(called.status == 0 && called.text == "--algo= --alias_of_item_id= ", "\(called.text)")
  }

  @Test func `The packaged program runs from any folder, and calls itself as it was called`() throws {
    let program = try Self.unpacked()
    try program.write("n_layers choice [1,2]\n", to: "s.test")
    let links = try Self.shell("ln -s 'my package/run-hyper' rh", in: program.folder)
    #expect(links.status == 0)
    let small = "--params_file=s.test --epochs=1 --hidden_size=8 --inner_size=8"
    let calls = [
      ("'my package/run-hyper'", "'my package/run-hyper'"),
      ("'my package/scripts/run-hyper'", "'my package/scripts/run-hyper'"), ("./rh", "./rh"),
      ("PATH=$PWD:$PATH; rh", "rh"),
    ]
    for (number, (call, name)) in calls.enumerated() {
      let run = try Self.shell("\(call) \(small) --study=s\(number)", in: program.folder)
      #expect(run.status == 0 && run.text.contains("All trials: \(name) leaderboard s\(number) "), "\(run.text)")
    }
    #expect(program.exists("studies/studies.sqlite"))
  }

  @Test func `A program that needs other libraries than those of C and C++ is refused`() throws {
    let program = try Program()
    let checked = try Self.shell("check_libraries \"$1\"", [Program.path], in: program.folder)
    #expect(
      checked.status == 1 && checked.text.hasSuffix("; expected the C and C++ libraries only\n"), "\(checked.text)")
    let shell = try Self.shell("check_libraries \"$(command -v sh)\"", in: program.folder)
    #expect(shell.status == 0, "\(shell.text)")
  }

  @Test(arguments: [
    ("x86-64-v4", 0, "x86-64-v4\n"), ("znver4", 0, "znver4\n"), ("armv8.2-a+fp16", 0, "armv8.2-a+fp16\n"),
    ("a b", 1, "error: RUN_HYPER_CPU: found 'a b'; expected a CPU, such as x86-64-v3\n"),
    ("../x", 1, "error: RUN_HYPER_CPU: found '../x'; expected a CPU, such as x86-64-v3\n"),
  ])
  func `The CPU of a package is a name`(cpu: String, status: Int32, text: String) throws {
    let answer = try Self.shell("packaged_cpu", environment: ["RUN_HYPER_CPU": cpu], in: Program.home)
    #expect(answer.status == status && answer.text == text)
  }

  @Test func `Without a CPU, a package is for other machines than this one`() throws {
    let answer = try Self.shell("uname() { echo x86_64; }; packaged_cpu", in: Program.home)
    #expect(answer.status == 0 && answer.text == "x86-64-v3\n")
    let arm = try Self.shell("uname() { echo aarch64; }; packaged_cpu", in: Program.home)
    #expect(arm.status == 0 && arm.text == "armv8.2-a\n")
    let name = try Self.shell("uname() { echo x86_64; }; package_name \"$1\" znver4", [Program.path], in: Program.home)
    #expect(name.text.wholeMatch(of: #/run-hyper-\d+\.\d+\.\d+-linux-x86_64-znver4\n/#) != nil, "\(name.text)")
  }

  @Test func `The scripts say what they do, and refuse other words`() throws {
    for script in ["package", "check-package"] {
      let help = try Self.shell("\"$root/scripts/\(script)\" --help", in: Program.home)
      #expect(help.status == 0 && help.text.contains("\n  scripts/\(script) "), "\(help.text)")
      #expect(!help.text.contains("#!") && !help.text.contains("set -"), "\(help.text)")
    }
    let wrong = try Self.shell("\"$root/scripts/package\" --outptu=x", in: Program.home)
    #expect(wrong.status == 1 && wrong.text == "error: found '--outptu=x'; expected --output=FOLDER or --help\n")
  }
}
