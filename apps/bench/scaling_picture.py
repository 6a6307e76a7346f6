"""Draws times of a step of the engine over the number of ranks: measured, modelled, ideal."""

import matplotlib

matplotlib.use('Agg')
import matplotlib.pyplot as plt  # noqa: E402, the backend first

import scaling_model as model  # noqa: E402


def draw(rows, predictions, parameters, ranks_per_node, path):
    """Points are what was measured on one node."""
    most = max([each['ranks'] for each in predictions] + [row['ranks'] for row in rows])
    ranks = [2 ** power for power in range(most.bit_length())]
    steps_per_build = {row['atoms']: row['steps_per_build'] for row in rows}
    usual = sorted(steps_per_build.values())[len(steps_per_build) // 2]
    figure, panel = plt.subplots(figsize=(7, 5.5), layout='constrained')
    sizes = sorted({*steps_per_build, *(each['atoms'] for each in predictions)})
    for atoms in sizes:
        line, = panel.loglog(
            ranks, modelled(atoms, ranks, steps_per_build.get(atoms, usual), parameters,
                            ranks_per_node), label=f'{atoms} atoms')
        alone = line.get_ydata()[0]
        panel.loglog(ranks, [alone / n for n in ranks], color='0.6', linestyle=':', linewidth=1,
                     label='ideal' if atoms == sizes[-1] else None)
        points = [(row['ranks'], row['step_s']) for row in rows
                  if row['atoms'] == atoms and row['nodes'] == 1]
        if points:
            panel.loglog(*zip(*points), 'o', color=line.get_color(), markersize=5)
    panel.set_xlabel('ranks')
    panel.set_ylabel('step of the engine [s]')
    panel.set_title(f'Points measured, lines modelled, {ranks_per_node} ranks on a node',
                    fontsize=10)
    panel.grid(alpha=0.3)
    panel.legend()
    figure.savefig(path, dpi=130)
    plt.close(figure)


def modelled(atoms, all_ranks, steps_per_build, parameters, ranks_per_node):
    seconds = []
    for ranks in all_ranks:
        run = model.run_of_team(atoms, ranks, ranks_per_node, steps_per_build)
        seconds.append(sum(model.step(run, parameters).values()))
    return seconds
