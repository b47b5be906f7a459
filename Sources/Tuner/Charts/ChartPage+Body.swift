extension ChartPage {
  /// The elements that the script fills, in reading order.
  static let body = #"""
    <header>
    <h1 id="study"></h1>
    <p id="about"></p>
    <p id="best"></p>
    </header>
    <noscript><p>The charts need JavaScript, which is disabled in this browser.</p></noscript>
    <main id="charts">
    <section><h2>hyperparams_tuning</h2><div id="history"></div></section>
    <section><h2>Learning curves</h2><div id="curves"></div></section>
    <section><h2>Parameters and score</h2><div id="parallel"></div></section>
    <section><h2>Score by parameter</h2><div id="slices"></div></section>
    <section><h2>Leaderboard</h2><div id="leaderboard"></div></section>
    </main>
    <div id="tooltip" hidden></div>
    """#
}
