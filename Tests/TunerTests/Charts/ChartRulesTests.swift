import Testing

@testable import Tuner

/// The rules of the charts that need no browser, run by Node.js.
@Suite(.enabled(if: Node.isInstalled, "Node.js is not installed, so the charts' rules are not checked"))
struct ChartRulesTests {
  @Test func `Axes are as the parameter file declares them`() throws {
    let declared = """
      {"rate": {"kind": "loguniform", "low": 0.001, "high": 0.1}, "dropout": {"kind": "uniform", "low": 0, "high": 0.6},
       "size": {"kind": "choice", "values": ["16", "32", "64"]}, "layers": {"kind": "choice", "values": ["1", "2", "3"]},
       "act": {"kind": "choice", "values": ["relu", "gelu"]}}
      """
    let values =
      #"{"rate": ["0.01", 0.01], "dropout": ["0.15", 0.15], "size": ["32", 32], "layers": ["2", 2], "#
      + #""act": ["gelu", null]}"#
    let places = try run(
      """
      page.study = { axes: \(declared) };
      const values = Object.entries(\(values)).map(([name, [text, number]]) => [name, { text, number }]);
      const trial = { parameters: Object.fromEntries(values) };
      return values.map(([name]) => parameterScale(name, [trial])).map(axis => [axis.of(trial).toFixed(3), axis.gap > 0]);
      """)
    #expect(places == #"[["0.500",false],["0.250",false],["0.500",true],["0.500",true],["0.750",true]]"#)
  }

  @Test func `Only an axis that is not declared is logarithmic by its values`() throws {
    let places = try run(
      """
      const trials = Array.from({ length: 11 }, (_, i) => ({ parameters: { a: { text: `${10 ** i}`, number: 10 ** i } } }));
      return [{}, { a: { kind: "uniform", low: 0, high: 1e10 } }].map(axes => {
        page.study = { axes };
        return parameterScale("a", trials).of(trials[5]).toFixed(2);
      });
      """)
    #expect(places == #"["0.50","0.00"]"#)
  }

  @Test func `The quantile of Student's t distribution is right to three digits`() throws {
    #expect(
      try run("return [1, 2, 10, 11, 20, 120].map(n => tQuantile(n).toFixed(2))")
        == #"["12.71","4.30","2.23","2.20","2.09","1.98"]"#)
  }

  @Test func `Times have at most two units`() throws {
    #expect(
      try run("return [0, 0.25, 42, 90, 600, 5400, 86400, 183600].map(timeText)")
        == #"["0 s","0.25 s","42 s","1 min 30 s","10 min","1 h 30 min","1 d","2 d 3 h"]"#)
  }

  @Test func `A long pause takes little of the time axis`() throws {
    let places = try run(
      """
      const trials = [{ attempts: [{ start: 0, end: 50 }] }, { attempts: [{ start: 40000, end: 40050 }] }];
      const { at, pauses } = timeScale(trials);
      return [at(50), at(40000), at(40050)].map(place => place.toFixed(3)).concat(pauses.map(pause => pause.text));
      """)
    #expect(places == #"["0.485","0.515","1.000","pause of 11 h 6 min"]"#)
  }

  @Test(arguments: [("1", "3,1,4"), ("-1", "3,2")])
  func `The front has the trials that none beats at no more cost`(sign: String, front: String) throws {
    let trials = "[[1, 2, 0.5], [2, 2, 0.1], [3, 1, 0.3], [4, 3, 0.7], [5, 3, 0.6]]"
    let numbers = try run(
      """
      page.study = { sign: \(sign) };
      const trials = \(trials).map(([number, cost, value]) => ({ number, cost, value }));
      return paretoFront(trials, trial => trial.cost).map(trial => trial.number).join();
      """)
    #expect(numbers == "\"\(front)\"")
  }

  @Test func `An attempt without an end is running`() throws {
    let texts = try run(
      """
      const attempts = [{ worker: "a", start: 0, end: 5, ending: "lost", from: 0 }, { worker: "b", start: 6, from: 2 }];
      page.study = { trials: [preparedTrial({ number: 3, state: "running", attempts })] };
      return timelineAttempts().map(attemptText);
      """)
    #expect(
      texts == #"["Attempt 1 of trial 3 on a: lost, 0 s to 5 s","#
        + #""Attempt 2 of trial 3 on b: running, since 6 s, went on from epoch 2"]"#)
  }

  @Test(arguments: [("loguniform", "[0.001,0.01,0.1,1]"), ("uniform", "[0,1,5,10]")])
  func `A selected part of an axis stays at its values when the axis grows`(kind: String, values: String) throws {
    let same = try run(
      """
      const [low, from, to, high] = \(values);
      const trials = [from, to].map(number => ({ parameters: { a: { text: String(number), number } } }));
      const isThere = end => {
        page.study = { axes: { a: { kind: "\(kind)", low, high: end } }, trials };
        return brushOn(axisOf("a")).map((place, i) => Math.abs(place - axisOf("a").of(trials[i])) < 1e-9);
      };
      page.brushes.set("a", [from, to]);
      return [...isThere(high), ...isThere(7 * high)];
      """)
    #expect(same == "[true,true,true,true]")
  }

  /// What the body of a function returns, as JSON.
  private func run(_ body: String) throws -> String {
    let files = [
      PackageResources.scales_js, PackageResources.study_js, PackageResources.selection_js, PackageResources.slices_js,
      PackageResources.cost_js, PackageResources.timeline_js,
    ].map { String(decoding: $0, as: UTF8.self) }
    let call = "console.log(JSON.stringify((() => {\n\(body)\n})()));"
    return try Node.output(of: (files + [call]).joined(separator: "\n"))
  }
}
