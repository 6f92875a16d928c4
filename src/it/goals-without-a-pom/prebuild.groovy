import io.github.mmupgrade.it.ItInstallation

ItInstallation.prepare(basedir, '5.25.7', [
    'mattermost.archive': ItInstallation.archive('5.37.10').toString(),
    'mattermost.rehearse.postgresVersion': '15.13.0',
    // relative, as on a command line: they start where Maven was called
    'mattermost.stateDirectory': 'state',
    'mattermost.backupDirectory': 'backups'
])
return true
