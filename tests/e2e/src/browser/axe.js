// What axe-core finds on the page as it is, one sentence for each thing. Run as the body of a function, with axe there.
return axe.run(document, { resultTypes: ["violations"] }).then((found) =>
  found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}; ${target.join(" ")}; ${failureSummary.replace(/\s+/g, " ")}`),
  ),
);
