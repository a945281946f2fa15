# Unreviewed.
continue = Continuar
back = Atrás
cancel = Cancelar
save = Guardar
password = Contraseña
activate-cloud-backup = Activar la copia de seguridad
backup-password = Contraseña de la copia
repeat-password = Repita la contraseña
skip-for-now = Omitir por ahora
add-new-token = Añadir un token
scan-qr-code = Escanear código QR
enter-key-manually = Introducir la clave a mano
settings = Ajustes
lock = Bloquear
unlock = Desbloquear
search = Buscar
