extension ChartPage {
  /// The elements that the script fills, in reading order.
  static let body = #"""
    <header>
    <div class="title"><h1 id="study"></h1><label id="studies" hidden>Study <select id="study-choice"></select></label>
    <span id="badge" hidden></span><button type="button" id="theme"></button></div>
    <p id="about"></p>
    <p id="problem" role="alert" hidden></p>
    <dl id="facts"></dl>
    <p id="best"></p>
    <p id="news" class="unseen" role="status"></p>
    </header>
    <noscript><p>The charts need JavaScript, which is disabled in this browser.</p></noscript>
    <div id="bar"><nav id="places" aria-label="Parts of the page"></nav>
    <div id="selection" role="region" aria-label="Selection" hidden><span id="selected" role="status"></span>
    <button type="button" id="clear-selection">Show all trials</button></div></div>
    <main>
    <section id="section-running" hidden><h2>Running</h2><div id="running"></div></section>
    <div id="charts"></div>
    <section id="section-leaderboard"><h2 id="title-leaderboard">Leaderboard</h2>
    <div id="leaderboard-tools" class="tools"></div><p id="filter-problem" role="alert"></p>
    <div id="leaderboard"></div></section>
    <section id="section-compare" aria-labelledby="title-compare" hidden><h2 id="title-compare">Comparison</h2>
    <div id="compare"></div></section>
    </main>
    <div id="drawer" role="dialog" aria-labelledby="drawer-title" tabindex="-1" hidden></div>
    <div id="tooltip" hidden></div>
    """#
}
