import Literals

/// The script of a study's jobs.
package struct JobScript: Equatable, Sendable {
  package let request: JobRequest

  /// Lines of the user that come before the worker.
  package let setup: [String]

  /// Variables that the worker needs, with their values.
  package let variables: [(name: String, value: String)]

  /// The worker's program and its arguments.
  package let worker: [String]

  /// The command that continues the study, for a message.
  package let continuation: String

  /// The folder with the password, if there is one.
  package let passwordFolder: String?

  package static func == (one: JobScript, other: JobScript) -> Bool { one.text == other.text }

  package init(
    _ request: JobRequest, setup: [String], variables: [(name: String, value: String)], worker: [String],
    continuation: String, passwordFolder: String?
  ) {
    self.request = request
    self.setup = setup
    self.variables = variables
    self.worker = worker
    self.continuation = continuation
    self.passwordFolder = passwordFolder
  }

  package var text: String {
    let options = request.options.map { "#SBATCH \($0.map(Self.inDirective).joined(separator: " "))" }
    let parts = [options.joined(separator: "\n"), Self.signals, passwordCheck, environment, run, end]
    return "#!/bin/bash\n" + parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// A word of an `#SBATCH` line, where Slurm knows quotes and backslashes.
  static func inDirective(_ word: String) -> String {
    if word.inShell == word { return word }
    return "\"" + word.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }

  // MARK: - Parts of the script

  private static let signals = """
    # A worker of the study, as run-hyper submit wrote it; all jobs of the array do the same.
    say() { echo "$(date '+%F %T') $*"; }
    worker='' stopping='' again=''
    stop() { stopping=yes; [ -z "$worker" ] || kill -TERM "$worker" 2>/dev/null; }
    # The time limit is near: the worker saves the states of its trials, and the job is queued again.
    trap 'again=yes; stop' USR1
    # Cancelled, preempted, queued again by somebody, or the node is drained: the worker only saves. Slurm itself queues again what
    # is to run again, so that a cancelled job stays cancelled.
    trap 'again=""; stop' TERM
    # The number in SLURM_JOB_ID may stand for the whole array.
    job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID
    say "job $job on ${SLURMD_NODENAME:-$(hostname)}, start $((${SLURM_RESTART_COUNT:-0} + 1))"
    """

  private var environment: String {
    (variables.map { "export \($0.name)=\($0.value.inShell)" } + setup).joined(separator: "\n")
  }

  private var run: String {
    """
    status=143
    if [ -z "$stopping" ]; then
      \(worker.map(\.inShell).joined(separator: " ")) &
      worker=$!
      # A signal may have come before the number was known.
      [ -z "$stopping" ] || stop
      # A signal ends the wait, but not the worker.
      while kill -0 "$worker" 2>/dev/null; do wait "$worker"; done
      wait "$worker"
      status=$?
    fi
    """
  }

  private var end: String {
    """
    if [ -n "$again" ] && { [ "$status" = 130 ] || [ "$status" = 143 ]; }; then
      say "the time limit is near: queued again"
      scontrol requeue "$job" && exit "$status"
      say "this job cannot be queued again; continue with:" \(continuation.inShell)
    fi
    say "status $status"
    \(passwordRemoval)exit "$status"
    """
  }

  // MARK: - The password

  private var passwordCheck: String {
    guard let passwordFolder else { return "" }
    return """
      passwords=\(passwordFolder.inShell)
      export PGPASSFILE=$passwords/password
      if [ ! -r "$PGPASSFILE" ]; then
        say "error: this node cannot read $PGPASSFILE, which has the password of the database; keep the password in ~/.pgpass or a" \\
          "service file on the nodes, and submit without it"
        exit 2
      fi
      rm -f "$passwords/ended-$SLURM_ARRAY_TASK_ID"
      """
  }

  private var passwordRemoval: String {
    guard passwordFolder != nil else { return "" }
    return """
      # The password goes with the last job. One that was stopped runs again if Slurm has counted a restart.
      restarts=$(scontrol show job "$job" | grep -o 'Restarts=[0-9]*')
      if [ "$restarts" = "Restarts=${SLURM_RESTART_COUNT:-0}" ]; then
        : > "$passwords/ended-$SLURM_ARRAY_TASK_ID"
        if queue=$(squeue -h -r -j "$SLURM_ARRAY_JOB_ID" -o '%K %T'); then
          while read -r task state; do
            [ -z "$task" ] || [ "$task" = "$SLURM_ARRAY_TASK_ID" ] && continue
            [ "$state" != PENDING ] && [ -e "$passwords/ended-$task" ] || passwords=''
          done <<< "$queue"
          [ -z "$passwords" ] || rm -rf "$passwords"
        fi
      fi

      """
  }
}
