import Model
import Tuner

extension TuningSpace {
  /// Reads the space of a parameter file, and gathers all mistakes of what a study is made of.
  ///
  /// - Parameter file: `nil` if none was given.
  /// - Returns: `nil` if there are mistakes, these or earlier ones.
  static func gather(
    file: String?, _ configuration: ConfigurationOptions, _ search: SearchOptions, into mistakes: inout Mistakes
  ) throws(CommandError) -> TuningSpace? {
    var text: String?
    if let file {
      let remedy = "a file with lines such as: n_layers choice [1,2]"
      text = try mistakes.gather { try InputFile.text(of: file, remedy: remedy) }
    }
    let plan = try mistakes.gather { try search.plan() }
    var sources = try mistakes.gather { try configuration.sources() }
    if let file, let text, let plan, let sources {
      let space = try mistakes.gather { try TuningSpace(text: text, file: file, sources: sources, plan: plan) }
      if mistakes.isEmpty { return space }
    }
    // Without the YAML files that cannot be read.
    if sources == nil { sources = try mistakes.gather { try configuration.sources(files: "") } }
    guard let sources else { return nil }
    try gatherHidden(text, file: file ?? "", sources, plan, into: &mistakes)
    return nil
  }

  /// Gathers the mistakes of a configuration that other mistakes hide.
  ///
  /// What was found before is not repeated, so all is checked that can be read.
  private static func gatherHidden(
    _ text: String?, file: String, _ sources: ConfigurationSources, _ plan: SearchPlan?, into mistakes: inout Mistakes
  ) throws(CommandError) {
    var space: SearchSpace?
    if let text { space = try mistakes.gather { try SearchSpace(parsing: text, file: file) } }
    if let space, try mistakes.gather({ try checkNames(space, sources) }) != nil {
      var survey = ConfigurationSurvey()
      for point in space.representatives().points {
        _ = survey.look(at: point) { point throws(ConfigurationError) in
          try sources.configuration(with: [layer(point, of: space)])
        }
      }
      if plan == nil {
        _ = try mistakes.gather { try survey.check(leavesOut: false) }
      } else {
        // With a plan, its own points have been examined, unless it has none.
        for problem in survey.generalProblems { mistakes.add(problem) }
      }
    } else {
      _ = try mistakes.gather { try sources.configuration() }
    }
    _ = try mistakes.gather { try sources.checkDataset() }
  }
}
