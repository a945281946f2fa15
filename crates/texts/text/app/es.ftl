# The authenticator's texts in Spanish. Unreviewed: nobody who speaks it has read them yet.
# The reader is usted; words that are at home on both sides of the Atlantic where there are any.

## Everywhere
app-name = Countersign
continue = Continuar
back = Atrás
cancel = Cancelar
save = Guardar
delete = Eliminar
copy = Copiar
try-again = Reintentar
show = Mostrar
hide = Ocultar
password = Contraseña
tokens = { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}

## Welcome
welcome-title = Contraseñas de un solo uso, a salvo
welcome-text = Countersign muestra los códigos con los que inicia sesión. Permanecen en este dispositivo, cifrados, y funcionan sin conexión.
welcome-have-backup = Ya tengo una copia de seguridad

## On iOS outside the installed app
ios-title = Añada Countersign a la pantalla de inicio
ios-text = Los tokens guardados en una pestaña del navegador no están en la app instalada, y el navegador puede borrarlos. Toque Compartir, después «Añadir a pantalla de inicio», y abra Countersign desde allí.
ios-continue = Continuar sin conservar nada
ios-warning = En esta pestaña no se conserva nada. Al cerrarla, sus tokens desaparecen.

## Activate cloud backup
activate-cloud-backup = Activar la copia de seguridad en la nube
backup-why = Si pierde este dispositivo, solo una copia de seguridad le devolverá sus tokens. Se cifra aquí; quien la guarda no puede leerla.
backup-ask = ¿Hay ya una copia de seguridad?
backup-start-new = Empezar una copia nueva
backup-start-new-text = Para su primer dispositivo.
backup-have-text = De otro dispositivo, o de este antes de restablecerlo. Sus tokens vendrán aquí.
backup-where = Dónde se guarda la copia
backup-where-is = Dónde está la copia
backup-file = El archivo con la copia
backup-file-empty = Elija el archivo con la copia.
backup-file-none = Este archivo no es una copia de Countersign. El archivo de otro autenticador se lee después: Ajustes, Importar.
backup-place-server = El servidor de Countersign
backup-place-server-text = Automática, después de cada cambio. Se conservan las versiones anteriores.
backup-place-file = Un archivo
backup-place-file-text = Usted lo guarda o lo comparte después de los cambios. La app se lo recuerda.
backup-place-folder = Una carpeta de este dispositivo
backup-place-folder-text = Automática mientras la app está abierta, si el navegador lo permite.
backup-name = Nombre de la copia
backup-name-hint = Un nombre que vaya a recordar, por ejemplo su nombre de usuario. Junto con la contraseña sirve para encontrar la copia.
backup-password = Contraseña de la copia
repeat-password = Repita la contraseña
password-also-unlocks = Esta contraseña también abre la app en este dispositivo. Nadie puede restablecerla.
password-short = Quien consiga la copia o el archivo adivinará pronto una contraseña de menos de 8 caracteres. Toque el botón otra vez para usarla de todos modos.
passwords-differ = Las dos contraseñas no son iguales.
password-empty = Escriba una contraseña.
name-empty = Escriba un nombre.
strength-label = Seguridad
strength-0 = Muy fácil de adivinar
strength-1 = Fácil de adivinar
strength-2 = Mejorable
strength-3 = Buena
strength-4 = Muy buena
skip-for-now = Omitir por ahora
skip-title = Continuar sin copia de seguridad
skip-text = Sin copia de seguridad, perder este dispositivo es perder todos sus tokens. Countersign se lo recordará.
skip-confirm = Entiendo que los tokens perdidos no se pueden recuperar
skip-password = Contraseña de esta app
skip-password-text = Los tokens se guardan cifrados. Esta contraseña los abre.
deriving = Se está calculando la clave a partir de su contraseña. Tarda unos segundos, y eso hace que adivinarla sea lento.
backup-checking = Buscando una copia existente
backup-joining = Ya hay una copia con este nombre y esta contraseña. Se añaden sus tokens.
backup-not-found = Ninguna copia tiene este nombre y esta contraseña. Compruebe ambos. En la contraseña cuentan las mayúsculas. No se ha cambiado nada.
backup-not-app-password = Esta no es la contraseña que abre la aplicación. Si la copia tiene otra, ponga primero esa a la aplicación.
backup-found = Se encontró una copia con { $count ->
    [one] { $count } token
   *[other] { $count } tokens
} y se incorporó.
backup-new = No había ninguna copia con este nombre y esta contraseña. Se empezó una nueva.
backup-handed = Guardada por usted, sin verificar
backup-handed-text = La app no puede volver a leer el archivo. Guárdelo donde pueda encontrarlo.
backup-failed-busy = Otros dispositivos están escribiendo en esta copia. Se volverá a intentar con el próximo cambio; también puede hacerlo ahora.
backup-verified = Copia hecha y verificada
backup-verified-at = { $when }, { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}
backup-off = Sin copia de seguridad
backup-off-text = Si pierde este dispositivo, pierde sus tokens.
backup-pending = Aún sin copia de seguridad
backup-running = Haciendo la copia
backup-failed = La última copia de seguridad falló
backup-failed-unreachable = No se puede acceder al servidor. Sus tokens están en este dispositivo; se volverá a intentar con el próximo cambio, y también puede hacerlo ahora.
backup-failed-slow = El servidor no respondió a tiempo. Compruebe su conexión. Se volverá a intentar con el próximo cambio; también puede hacerlo ahora.
backup-failed-no-backups = Este servidor no acepta copias de la aplicación ({ $detail }). Avise a su administrador o elija un archivo.
backup-failed-too-large = La copia es mayor de lo que acepta el servidor. Vacíe la papelera, acorte las notas largas y haga la copia de nuevo.
backup-failed-too-many = El servidor ha recibido demasiadas solicitudes desde aquí. Espere una hora y haga la copia de nuevo. Si el aviso vuelve, inténtelo mañana.
backup-failed-full = El servidor no tiene más espacio para copias. Avise a su administrador. Mientras tanto, guarde un archivo cifrado: Ajustes, Exportar.
backup-failed-refused = El servidor no aceptó la copia. Comunique a su administrador: { $detail }.
backup-failed-different = Lo que se ha leído no es lo que se había escrito. No confíe en esta copia.
backup-failed-password = Ya existe una copia con este nombre, y esta contraseña no la abre. No se ha cambiado nada.
backup-failed-file = No se pudo escribir el archivo. Elija otro lugar.
backup-now = Hacer copia ahora

## Unlock
unlock-title = Countersign está bloqueado
unlock = Desbloquear
unlock-passkey = Desbloquear con una llave de acceso
unlock-recovery = Usar un código de recuperación
unlock-recovery-code = Código de recuperación
unlock-wrong = La bóveda no se abrió. Revise lo que ha escrito e inténtelo de nuevo.
unlock-passkey-failed = La llave de acceso no abrió la bóveda. Use su contraseña.
unlock-reminder = Lleva un tiempo usando la llave de acceso. Escriba una vez su contraseña, para no haberla olvidado cuando la necesite.
older-generation = El último estado guardado estaba dañado. Este es el anterior: { $when }. Compruebe que no falte nada; si falta algo, restaure una copia de seguridad.
both-damaged = No se puede leer lo guardado en este dispositivo. Restaure una copia de seguridad o empiece de nuevo. Hasta entonces no se borra nada.
storage-refused = Este navegador no permite que la app guarde datos, como en una ventana privada. Abra Countersign en una ventana normal.
storage-full = No queda espacio en este dispositivo. El cambio no se guardó. Libere espacio e inténtelo de nuevo.
save-failed = No se pudo guardar el cambio. Se ha deshecho.
vault-full = No cabe más. Vacíe la papelera y acorte las notas largas.
too-long = { $what }: es demasiado largo. Acórtelo.
changed-elsewhere = Los tokens se cambiaron en otra pestaña. Esta ya los muestra; repita su cambio.
lock = Bloquear

## Tokens
tokens-empty-title = Aún no hay tokens
tokens-empty-text = Un servicio o el inicio de sesión de Windows muestra un código QR. Escanéelo para añadir su token.
add-new-token = Añadir un token
search = Buscar
search-empty = Ningún token coincide con lo que ha escrito.
all-tags = Todos
code-hidden = Código oculto. Toque para mostrarlo.
code-tap = Toque para mostrarlo
code-of = Contraseña de un solo uso { $digits }
seconds-left = { $count ->
    [one] queda { $count } s
   *[other] quedan { $count } s
}
next-code = Siguiente
copied = Copiado. El portapapeles se vaciará en 30 segundos si esta página sigue abierta.
copy-failed = El navegador no permitió copiar.
new-code = Código nuevo
challenge = Desafío
challenge-hint = Lo que muestra la otra parte. Compárelo antes de responder.
challenge-confirms = Con la respuesta confirma: { $data }
challenge-empty = Escriba lo que muestra la otra parte.
challenge-bad = Este token no puede responder a eso. Compárelo con lo que muestra la otra parte.
token-pin = PIN
session = Datos de sesión
pin-empty = Escriba el PIN de este token.
pinned = Fijado
menu = Más
settings = Ajustes
trash = Papelera
import = Importar
export = Exportar
sort-manual = Mi orden
sort-name = Por nombre
sort-used = Los más usados primero
sort-label = Orden
move-up = Subir
move-down = Bajar

## Add
add-title = Añadir un token
scan-qr-code = Escanear código QR
enter-key-manually = Introducir la clave a mano
read-picture = Leer una imagen
read-screen = Leer de esta pantalla
paste-hint = También puede pegar o soltar aquí una imagen o un enlace.
camera-why = La cámara se usa solo en este dispositivo. El navegador le pedirá permiso ahora.
camera-start = Encender la cámara
camera-starting = Encendiendo la cámara
camera-refused = El navegador no permite que la app use la cámara. Permítalo en los ajustes del sitio e inténtelo de nuevo, o lea una imagen.
camera-missing = No se encontró ninguna cámara. Lea una imagen o introduzca la clave.
camera-busy = Otro programa está usando la cámara. Ciérrelo e inténtelo de nuevo.
camera-hold = Mantenga el código QR dentro del marco.
torch = Linterna
other-camera = Otra cámara
qr-none = No se encontró ningún código QR en la imagen. Use una que sea nítida y muestre el código entero.
qr-not-a-token = Este código QR no es de un token. Pertenece a otra cosa.
qr-bad-secret = La clave de este código QR no se puede usar. Pida un código nuevo a quien se lo dio.
qr-missing-secret = Este código QR no contiene ninguna clave. Pida un código nuevo a quien se lo dio.
qr-bad-value = Este código QR pide algo que los tokens no tienen: { $what }. Pida un código nuevo a quien se lo dio.
qr-too-long = Este texto es demasiado largo para un token.
token-added = Se añadió { $name }.
token-duplicate = Este token ya está aquí, como { $name }. No se añadió nada.
google-part = Partes leídas: { $count } de { $total }. Muestre la siguiente.
google-missing = Aún faltan: { $parts }.
link-title = ¿Añadir este token?
link-text = Un enlace pide añadir este token: { $name }.
reader-loading = Cargando el lector
manual-title = Introducir la clave a mano
issuer = Servicio
account = Cuenta
secret = Clave
secret-hint = Letras y los dígitos del 2 al 7. Los espacios no importan.
secret-broken-off = Quizá falte una letra. Compare la clave con la que recibió. Puede guardarla tal como está.
secret-bad = Una clave solo tiene letras y los dígitos del 2 al 7.
secret-short = Escriba o pegue la clave.
secret-long = Esta clave es demasiado larga.
issuer-empty = Escriba para qué es el token.
kind = Tipo
kind-time = Cambia con el tiempo
kind-counter = Cambia con cada uso
algorithm = Algoritmo
digits = Número de dígitos
period = Duración en segundos
counter = Contador
number-bad = Escriba un número del { $min } al { $max }.
more-options = Más opciones

## One token
edit-title = Token
notes = Notas
tags = Etiquetas
tags-hint = Sepárelas con comas.
pin = Fijar arriba
show-as-qr = Mostrar como código QR
show-as-qr-text = Quien ve esta imagen tiene el token. Muéstrela solo a otro dispositivo suyo.
move-to-trash = Mover a la papelera
trash-title = Papelera
trash-empty = La papelera está vacía.
trash-text = Los tokens se quedan aquí hasta que los elimine.
restore = Restaurar
delete-forever = Eliminar para siempre
delete-confirm = ¿Eliminar { $name } para siempre? Si aún lo usa para iniciar sesión, se quedará sin acceso.
unnamed = Sin nombre

## Settings
settings-title = Ajustes
lock-after = Bloqueo automático
lock-at-once = Al salir de la app
minutes = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
theme = Aspecto
hide-codes = Ocultar los códigos hasta que se toquen
theme-system = Como el dispositivo
theme-light = Claro
theme-dark = Oscuro
theme-contrast = Alto contraste
language = Idioma
language-unreachable = No se pudieron cargar los textos en ese idioma. Inténtelo de nuevo cuando haya red.
language-unreviewed = sin revisar
passkey = Llave de acceso
passkey-text = Abre la app con la huella, la cara o el PIN de este dispositivo. La contraseña sigue sirviendo.
passkey-add = Configurar una llave de acceso
passkey-added = La llave de acceso ya abre esta app.
passkey-failed = Las llaves de acceso de este dispositivo no pueden abrir la app. La contraseña sí.
passkey-remove = Quitar la llave de acceso
recovery = Código de recuperación
recovery-text = Un código en papel que abre la app si olvida la contraseña. Uno nuevo reemplaza al anterior.
recovery-make = Crear un código de recuperación
recovery-shown = Anótelo o imprímalo. Solo se muestra ahora.
recovery-print-title = Código de recuperación del autenticador Countersign
recovery-print-text = Abre la app en { $address } si se olvida su contraseña. Creado el { $when }. Un código creado más tarde reemplaza a este. Guárdelo donde guarda su pasaporte.
print = Imprimir
change-password = Cambiar la contraseña
old-password = Contraseña actual
new-password = Contraseña nueva
password-changed = La contraseña se ha cambiado.
clock = Reloj
clock-right = En hora, con menos de 2 segundos de diferencia.
clock-ahead = Este dispositivo va { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
} por delante del servidor. Los códigos están corregidos.
clock-behind = Este dispositivo va { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
} por detrás del servidor. Los códigos están corregidos.
clock-unknown = No se puede acceder al servidor, así que no se comparó la hora.
storage-kept = Se conserva: el navegador no borra los datos de esta app por su cuenta.
storage-not-kept = El navegador puede borrar los datos de esta app si falta espacio. Instálela y mantenga una copia de seguridad.
storage-label = Almacenamiento
about = Acerca de
about-build = Versión { $build }
about-text = Contraseñas de un solo uso según RFC 4226 y RFC 6238. Nada sale de este dispositivo sin cifrar.
update-ready = Hay una versión nueva lista.
update-now = Actualizar
erase = Eliminar todo de este dispositivo
erase-confirm = ¿Eliminar todos los tokens de este dispositivo? Escriba { $word } para hacerlo.
erase-word = ELIMINAR
erase-not-typed = Es otra palabra. No se eliminó nada.
backup = Copia de seguridad
backup-change = Configurar la copia de seguridad

## Import and export
import-title = Importar
import-text = Elija un archivo de esta app o de otra app de autenticación. Su tipo se reconoce automáticamente; no se añade nada sin su consentimiento.
import-choose = Elegir un archivo
import-password = Contraseña del archivo
import-unknown = Este archivo es de un tipo que aquí no se puede leer.
import-damaged = Está dañado o es de una versión que aquí no se conoce. Expórtelo de nuevo.
import-too-large = Este archivo es demasiado grande para ser la exportación de un autenticador.
import-not-read = No se puede leer el archivo. Elíjalo de nuevo.
import-no-memory = No hay memoria suficiente para probar la contraseña. Importe el archivo en otro dispositivo.
import-bound = Solo la misma cuenta de Bitwarden puede abrir esta exportación. Exporte de nuevo, protegida con contraseña.
import-database = Es la base de datos o la copia propia de un programa, que aquí no se puede leer. Exporte allí los tokens o escanee sus códigos QR.
import-picture = Es una imagen. Léala con: Añadir un token, Leer una imagen.
import-wrapped = Otro programa lo cifró o comprimió. Ábralo con él y elija lo que contiene.
import-wrong-password = Esta contraseña no abre el archivo.
import-preview = Lo que se añadirá
import-add = Añadir { $count ->
    [one] { $count } token
   *[other] { $count } tokens
}
import-verdict-new = Nuevo
import-verdict-cut = Nuevo. Su nota o sus etiquetas son demasiado largas y se cortan.
import-verdict-duplicate = Ya está aquí
import-verdict-refused = No se puede añadir: { $why }
why-no-token = no es un token
why-unsupported = solo la aplicación de origen hace códigos de este tipo
why-field = { $what }: falta o no es como en un token
import-done = { $count ->
    [one] Se añadió { $count } token.
   *[other] Se añadieron { $count } tokens.
}
export-title = Exportar
export-text = El archivo se cifra con una contraseña. Guárdelo fuera de este dispositivo.
export-encrypted = Archivo cifrado
export-aegis = Archivo cifrado para Aegis
export-plain = Sin cifrar
export-links = Lista de enlaces, sin cifrar
export-links-warning = Quien lea este archivo tiene todos sus tokens. Escriba su contraseña para crearlo.
export-print = Página para imprimir
export-print-text = Cada token como código QR y en letras, para guardar en papel. Imprima el archivo y después bórrelo.
print-title = Tokens de contraseñas de un solo uso
print-text = Hecho el { $when }. Quien tenga esta página puede hacer sus códigos. Guárdela donde guarda su pasaporte.
print-details = Datos
export-left-out = Guardado. No está en el archivo: { $names }.

## Places for backups
backup-place-webdav = Un servidor de archivos (WebDAV)
backup-place-webdav-text = Automático, después de cada cambio. Para los servidores de archivos que permite su administrador.
backup-none-there = Aquí no hay ninguna copia. No se cambió nada.
backup-failed-sign-in = Aquí no se aceptan el nombre y la contraseña, o ya no se conoce esta aplicación. Configure la copia de nuevo: Ajustes, Copia de seguridad.
backup-failed-permission = El navegador quiere preguntar de nuevo antes de que la aplicación use la carpeta. Toque Hacer copia ahora.
folder-choose = Elegir la carpeta
webdav-address = Dirección de la carpeta
webdav-user = Nombre de usuario allí
webdav-password = Contraseña allí
backup-place-drive-text = Automático, después de cada cambio. No probado con el servicio real.
sign-in-there = Iniciar sesión allí
signed-in = Sesión iniciada.
signed-in-close = Cierre esta ventana y siga en la aplicación.
backup-place-file-apple = «Guardar en Archivos» puede ponerla en iCloud Drive.
